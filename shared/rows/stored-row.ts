import type { Dimension, Report } from "../request/report.ts";
import type { Row } from "../request/row.ts";
import { type KeyedRows, keyHexAt } from "./keyed-rows.ts";
import { RowStoreError } from "./row-store-error.ts";
import { storableText } from "./text-value.ts";

/** A row as a table holds it: a column a dimension, null for those that the report lacks. */
export type StoredRow = Omit<Row, "keys"> & {
  /** The row key in hex. */
  readonly key: string;
} & Readonly<Record<Dimension, string | null>>;

export function storedRows(report: Report, keyed: KeyedRows): readonly StoredRow[] {
  const toStoredRow = storedRowOf(report);
  return keyed.rows.map((row, index) => toStoredRow(keyHexAt(keyed, index), row));
}

/** @throws RowStoreError `refused` unless the row has a value a dimension */
export function checkValueCount({ id, dimensions }: Report, { keys }: Row): void {
  if (keys.length === dimensions.length) return;
  throw new RowStoreError(
    "refused",
    `a row of report ${id} has ${keys.length} dimension values, not ${dimensions.length}`,
  );
}

function storedRowOf(report: Report): (key: string, row: Row) => StoredRow {
  const at = (dimension: Dimension) => report.dimensions.indexOf(dimension);
  const [page, query, country] = [at("page"), at("query"), at("country")];
  const [device, searchAppearance, hour] = [at("device"), at("searchAppearance"), at("hour")];
  return (key, row) => {
    checkValueCount(report, row);
    const { keys, clicks, impressions, ctr, position } = row;
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
