import type { VisibleRow } from "./row-store.ts";
import { RowStoreError } from "./row-store-error.ts";
import type { UnitRecord } from "./unit-record.ts";

/**
 * Between two of its rows a consumer may wait for hours, so no transaction and no cursor is held:
 * a unit is read whole, and handed on only if its pointer has not moved meanwhile.
 * Throws `rows-missing` when a unit holds other than the rows that its record counts.
 */
export async function* streamWholeUnits<Seen extends { readonly record: UnitRecord }>(
  listed: readonly Seen[],
  store: {
    /** The unit as it is now; undefined when it has gone. */
    readonly readUnit: (record: UnitRecord) => Promise<Seen | undefined>;
    /** The rows of the generation that was seen, in row-key order. */
    readonly readRows: (unit: Seen) => Promise<readonly VisibleRow[]>;
  },
): AsyncGenerator<VisibleRow> {
  for (const unit of listed) yield* await readWhole(unit);

  async function readWhole(first: Seen): Promise<readonly VisibleRow[]> {
    for (let unit = first; ; ) {
      const rows = await store.readRows(unit);
      const now = await store.readUnit(unit.record);
      if (now === undefined) return [];
      if (now.record.generation === unit.record.generation) return checked(unit.record, rows);
      unit = now;
    }
  }
}

/** A short answer must never pass for the whole: the record says how many rows there are. */
function checked(record: UnitRecord, rows: readonly VisibleRow[]): readonly VisibleRow[] {
  if (rows.length === record.rows) return rows;
  throw new RowStoreError(
    "rows-missing",
    `${record.siteUrl} ${record.report} ${record.date} holds ${rows.length} rows, its record says ${record.rows}: fetch it again with --force`,
  );
}
