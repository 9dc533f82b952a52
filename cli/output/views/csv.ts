import type { VisibleRow } from "../../../shared/rows/row-store.ts";

const columns = [
  "date",
  "searchType",
  "page",
  "query",
  "country",
  "device",
  "searchAppearance",
  "hour",
  "clicks",
  "impressions",
  "ctr",
  "position",
] as const satisfies readonly (keyof VisibleRow)[];

export const csvHeader = columns.join(",");

/** A row as RFC 4180 writes it; an absent dimension is empty, an empty one is `""`. */
export function csvLine(row: VisibleRow): string {
  return columns.map((column) => csvField(row[column])).join(",");
}

function csvField(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  return value === "" || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
