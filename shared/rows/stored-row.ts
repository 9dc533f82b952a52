import type { Dimension, Report } from "../plan/report.ts";
import type { Row } from "./row.ts";
import { rowKeyHex } from "./row-key.ts";
import { RowStoreError } from "./row-store-error.ts";
import { storableText } from "./text-value.ts";

/** A row as a table holds it: a column a dimension, null for those that the report lacks. */
export type StoredRow = Omit<Row, "keys"> & {
  /** The row key in hex. */
  readonly key: string;
} & Readonly<Record<Dimension, string | null>>;

/** Rows with distinct keys, sorted by key; of a repeated key the last one. */
export function distinctStoredRows(report: Report, rows: readonly Row[]): readonly StoredRow[] {
  const rowsByKey = new Map<string, Row>();
  for (const row of rows) rowsByKey.set(rowKeyHex(row.keys), row);
  return [...rowsByKey]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, row]) => toStoredRow(report, key, row));
}

/** Cuts rows into runs of at most so many rows and bytes; a row larger than that stands alone. */
export function* chunkRows(
  rows: readonly StoredRow[],
  maxRows: number,
  maxBytes: number,
): Generator<readonly StoredRow[]> {
  let chunk: StoredRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    const rowBytes = sizeOf(row);
    if (chunk.length > 0 && (chunk.length === maxRows || bytes + rowBytes > maxBytes)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(row);
    bytes += rowBytes;
  }
  if (chunk.length > 0) yield chunk;
}

function toStoredRow(report: Report, key: string, row: Row): StoredRow {
  if (row.keys.length !== report.dimensions.length) {
    throw new RowStoreError(
      "refused",
      `a row of report ${report.id} has ${row.keys.length} dimension values, not ${report.dimensions.length}`,
    );
  }
  const value = (dimension: Dimension) => {
    const text = row.keys[report.dimensions.indexOf(dimension)];
    return text === undefined ? null : storableText(text);
  };
  return {
    key,
    page: value("page"),
    query: value("query"),
    country: value("country"),
    device: value("device"),
    searchAppearance: value("searchAppearance"),
    hour: value("hour"),
    clicks: row.clicks,
    impressions: row.impressions,
    ctr: row.ctr,
    position: row.position,
  };
}

/** Unit id, generation, key, four figures and the row header. */
const fixedBytes = 16 + 8 + 32 + 4 * 8 + 24;

function sizeOf(row: StoredRow): number {
  const texts = [row.page, row.query, row.country, row.device, row.searchAppearance, row.hour];
  return texts.reduce((bytes, text) => bytes + Buffer.byteLength(text ?? ""), fixedBytes);
}
