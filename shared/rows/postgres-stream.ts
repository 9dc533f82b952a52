import { z } from "zod";
import type { Sql } from "./postgres-sql.ts";
import { readUnit, readUnits, type StoredUnit } from "./postgres-units.ts";
import type { UnitQuery, VisibleRow } from "./row-store.ts";
import { RowStoreError } from "./row-store-error.ts";
import { unitId } from "./unit-id.ts";

/**
 * Between two of its rows a consumer may wait for hours, so no transaction and no cursor is held:
 * a unit is read whole, and handed on only if its pointer has not moved meanwhile.
 */
export async function* streamRows(sql: Sql, query: UnitQuery): AsyncGenerator<VisibleRow> {
  for (const unit of await readUnits(sql, query)) yield* await readWholeUnit(sql, unit);
}

async function readWholeUnit(sql: Sql, listed: StoredUnit): Promise<readonly VisibleRow[]> {
  const id = unitId(listed.record);
  for (let unit = listed; ; ) {
    const rows = await readGeneration(sql, id, unit);
    const now = await readUnit(sql, id);
    if (now === undefined) return [];
    if (now.record.generation === unit.record.generation) return checked(unit, rows);
    unit = now;
  }
}

/** Rows in one answer: bounds what client and server hold of a unit with long URLs. */
const answerRows = 10_000;

async function readGeneration(sql: Sql, id: string, { record, searchType }: StoredUnit) {
  const rows: VisibleRow[] = [];
  for (let after: Uint8Array = new Uint8Array(); ; ) {
    const answer = await sql.read(RowColumns, selectRows, [
      id,
      record.generation,
      Buffer.from(after),
      answerRows,
    ]);
    for (const row of answer) {
      rows.push({
        date: record.date,
        searchType,
        page: row.page,
        query: row.query,
        country: row.country,
        device: row.device,
        searchAppearance: row.search_appearance,
        hour: row.hour,
        clicks: row.clicks,
        impressions: row.impressions,
        ctr: row.ctr,
        position: row.position,
      });
      after = row.row_key;
    }
    if (answer.length < answerRows) return rows;
  }
}

const selectRows = `SELECT row_key, page, query, country, device, search_appearance, hour,
    clicks, impressions, ctr, position
  FROM search_row
  WHERE unit_id = $1::uuid AND generation = $2::bigint AND row_key > $3::bytea
  ORDER BY row_key LIMIT $4::integer`;

const RowColumns = z.object({
  row_key: z.instanceof(Uint8Array),
  page: z.string().nullable(),
  query: z.string().nullable(),
  country: z.string().nullable(),
  device: z.string().nullable(),
  search_appearance: z.string().nullable(),
  hour: z.string().nullable(),
  clicks: z.number(),
  impressions: z.number(),
  ctr: z.number(),
  position: z.number(),
});

/** A short answer must never pass for the whole: the record says how many rows there are. */
function checked({ record }: StoredUnit, rows: readonly VisibleRow[]): readonly VisibleRow[] {
  if (rows.length === record.rows) return rows;
  throw new RowStoreError(
    "rows-missing",
    `${record.siteUrl} ${record.report} ${record.date} holds ${rows.length} rows, its record says ${record.rows}: fetch it again with --force`,
  );
}
