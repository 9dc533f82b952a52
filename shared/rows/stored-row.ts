import type { Dimension, Report } from "../plan/report.ts";
import { keyedRows } from "./keyed-rows.ts";
import type { Row } from "./row.ts";
import { RowStoreError } from "./row-store-error.ts";
import { storableText } from "./text-value.ts";

/** A row as a table holds it: a column a dimension, null for those that the report lacks. */
export type StoredRow = Omit<Row, "keys"> & {
  /** The row key in hex. */
  readonly key: string;
} & Readonly<Record<Dimension, string | null>>;

/** Rows with distinct keys, sorted by key; of a repeated key the last one. */
export function distinctStoredRows(report: Report, rows: readonly Row[]): readonly StoredRow[] {
  const keyed = keyedRows(rows);
  const toStoredRow = storedRowOf(report);
  return keyed.rows.map((row, index) => toStoredRow(keyed.keys[index] ?? "", row));
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

function storedRowOf({ id, dimensions }: Report): (key: string, row: Row) => StoredRow {
  const at = (dimension: Dimension) => dimensions.indexOf(dimension);
  const [page, query, country] = [at("page"), at("query"), at("country")];
  const [device, searchAppearance, hour] = [at("device"), at("searchAppearance"), at("hour")];
  return (key, { keys, clicks, impressions, ctr, position }) => {
    if (keys.length !== dimensions.length) {
      throw new RowStoreError(
        "refused",
        `a row of report ${id} has ${keys.length} dimension values, not ${dimensions.length}`,
      );
    }
    return {
      key,
      page: valueAt(keys, page),
      query: valueAt(keys, query),
      country: valueAt(keys, country),
      device: valueAt(keys, device),
      searchAppearance: valueAt(keys, searchAppearance),
      hour: valueAt(keys, hour),
      clicks,
      impressions,
      ctr,
      position,
    };
  };
}

function valueAt(keys: readonly string[], index: number): string | null {
  const text = index < 0 ? undefined : keys[index];
  return text === undefined ? null : storableText(text);
}

/** Unit id, generation, key, four figures and the row header. */
const fixedBytes = 16 + 8 + 32 + 4 * 8 + 24;

function sizeOf(row: StoredRow): number {
  const texts = [row.page, row.query, row.country, row.device, row.searchAppearance, row.hour];
  return texts.reduce((bytes, text) => bytes + Buffer.byteLength(text ?? ""), fixedBytes);
}
