import { alignColumns, type Canvas, type Cell } from "./columns.ts";
import { oneLine } from "./text-width.ts";

/** A result set for a person: exact values are what `--json` is for. */
export function table(
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  canvas: Canvas,
): string {
  const shaped = columns.map((title, index) => ({
    title: oneLine(title),
    align: isNumeric(rows.map((row) => row[index])) ? ("right" as const) : ("left" as const),
  }));
  const cells = rows.map((row) => columns.map((_, index) => cell(row[index])));
  const { header, rule, lines } = alignColumns(shaped, cells, canvas);
  return [header, rule, ...lines].join("\n");
}

/** A URL or query has up to 2,000 characters; what is longer is no cell to look at. */
const longestCell = 4_000;

function cell(value: unknown): Cell {
  if (value === null || value === undefined) return { text: "∅", style: "dim" };
  return { text: oneLine(valueText(value).slice(0, longestCell)) };
}

function valueText(value: unknown): string {
  if (typeof value === "number") {
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(9)));
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "" : value.toISOString();
  if (typeof value === "object") return JSON.stringify(value) ?? "";
  return String(value);
}

/** Numbers, also those that a driver hands over as text to keep them exact (bigint, numeric). */
function isNumeric(values: readonly unknown[]): boolean {
  const present = values.filter((value) => value !== null && value !== undefined);
  return (
    present.length > 0 &&
    present.every(
      (value) =>
        typeof value === "number" ||
        typeof value === "bigint" ||
        (typeof value === "string" && /^-?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(value)),
    )
  );
}
