import type { DayRow } from "./day-rows.ts";
import type { SampleFilter } from "./query.ts";
import { compileRegex } from "./query-rules.ts";

/** The rows that pass every filter. Comparisons know no case, regular expressions do. */
export function filterRows(
  rows: readonly DayRow[],
  filters: readonly SampleFilter[],
): readonly DayRow[] {
  if (filters.length === 0) return rows;
  const tests = filters.map(rowTest);
  return rows.filter((row) => tests.every((passes) => passes(row)));
}

function rowTest(filter: SampleFilter): (row: DayRow) => boolean {
  const passes = textTest(filter);
  const { dimension, operator } = filter;
  if (dimension !== "searchAppearance") return (row) => passes(row[dimension]);
  // A row has any number of appearances: it is without one when none of them is it.
  return operator.startsWith("not") || operator === "excludingRegex"
    ? (row) => row.appearances.every(passes)
    : (row) => row.appearances.some(passes);
}

function textTest({ operator, expression }: SampleFilter): (text: string) => boolean {
  const wanted = expression.toLowerCase();
  const regex = compileRegex(expression);
  switch (operator) {
    case "equals":
      return (text) => text.toLowerCase() === wanted;
    case "notEquals":
      return (text) => text.toLowerCase() !== wanted;
    case "contains":
      return (text) => text.toLowerCase().includes(wanted);
    case "notContains":
      return (text) => !text.toLowerCase().includes(wanted);
    case "includingRegex":
      return (text) => regex?.test(text) ?? false;
    case "excludingRegex":
      return (text) => !(regex?.test(text) ?? false);
    default:
      return operator satisfies never;
  }
}
