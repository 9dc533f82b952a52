import type { PacificDate } from "../shared/request/pacific-date.ts";
import type { Row } from "../shared/request/row.ts";
import { unitRowCap } from "../shared/request/unit.ts";
import { byClicksDescending, type DayRow } from "./day-rows.ts";
import type { SampleDimension, SampleFilter } from "./query.ts";
import { compileRegex } from "./query-rules.ts";
import { type GroupedRow, splitRows } from "./split-rows.ts";

export type Day = { readonly date: PacificDate; readonly rows: readonly DayRow[] };

export type Grouping = {
  readonly dimensions: readonly SampleDimension[];
  readonly filters: readonly SampleFilter[];
  readonly byProperty: boolean;
  readonly nowMs: number;
};

/**
 * The rows of a range grouped by the dimensions, sorted as Google does: by clicks descending,
 * ties in an arbitrary but fixed order; by date first when the date is a dimension. Of each day
 * the cap's rows count, no more.
 */
export function aggregate(days: readonly Day[], grouping: Grouping): readonly Row[] {
  const { dimensions } = grouping;
  const [only] = days;
  if (days.length === 1 && only !== undefined && isAsStored(dimensions)) {
    return filterRows(only.rows, grouping.filters)
      .slice(0, unitRowCap)
      .map((row) => toRow(keysOf(asGrouped(row), only.date, dimensions), row));
  }
  const perDay = days.flatMap((day) =>
    byClicksDescending(group(day, grouping)).slice(0, unitRowCap),
  );
  const groups = days.length === 1 ? perDay : byClicksDescending(merge(perDay));
  const rows = groups.map((one) => toRow(one.keys, one));
  const date = dimensions.indexOf("date");
  return date < 0 ? rows : rows.sort((a, b) => compareText(a.keys[date], b.keys[date]));
}

type Group = {
  readonly keys: readonly string[];
  clicks: number;
  impressions: number;
  position: number;
};

/** A day's rows are distinct by page and query, and need no grouping then. */
function isAsStored(dimensions: readonly SampleDimension[]): boolean {
  return (
    dimensions.includes("page") &&
    dimensions.includes("query") &&
    !dimensions.includes("hour") &&
    !dimensions.includes("searchAppearance")
  );
}

/**
 * Without the query, the clicks of anonymised queries come back: a fifth more. By property, several
 * pages in one list of results are one impression: a tenth less.
 */
function group(day: Day, { dimensions, filters, byProperty, nowMs }: Grouping): Group[] {
  const knowsQuery =
    dimensions.includes("query") || filters.some(({ dimension }) => dimension === "query");
  const anonymised = knowsQuery ? 1 : 1.2;
  const rows = splitRows(filterRows(day.rows, filters), day.date, dimensions, nowMs);
  const groups = merge(
    rows.map((row) => ({
      keys: keysOf(row, day.date, dimensions),
      clicks: row.clicks,
      impressions: row.impressions,
      position: row.position,
    })),
  );
  for (const one of groups) {
    const impressions = one.impressions * anonymised * (byProperty ? 0.9 : 1);
    one.impressions = Math.max(1, Math.floor(impressions));
    one.clicks = Math.min(one.impressions, Math.floor(one.clicks * anonymised));
  }
  return groups;
}

/** Adds groups of equal keys, in place; the position is the average, weighted by impressions. */
function merge(groups: readonly Group[]): Group[] {
  const byKey = new Map<string, Group>();
  for (const one of groups) {
    const key = one.keys.join("\u0000");
    const sum = byKey.get(key);
    if (sum === undefined) {
      byKey.set(key, one);
      continue;
    }
    const impressions = sum.impressions + one.impressions;
    sum.position = (sum.position * sum.impressions + one.position * one.impressions) / impressions;
    sum.clicks += one.clicks;
    sum.impressions = impressions;
  }
  return [...byKey.values()];
}

function compareText(a = "", b = ""): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function asGrouped(row: DayRow): GroupedRow {
  return { ...row, searchAppearance: "", hour: "" };
}

function keysOf(row: GroupedRow, date: string, dimensions: readonly SampleDimension[]): string[] {
  return dimensions.map((dimension) => (dimension === "date" ? date : row[dimension]));
}

function toRow(
  keys: readonly string[],
  figures: { readonly clicks: number; readonly impressions: number; readonly position: number },
): Row {
  const { clicks, impressions, position } = figures;
  return { keys, clicks, impressions, ctr: clicks / impressions, position };
}

/** The rows that pass every filter. Comparisons know no case, regular expressions do. */
function filterRows(rows: readonly DayRow[], filters: readonly SampleFilter[]): readonly DayRow[] {
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
