import * as z from "zod";
import type { SqlDialect } from "./postgres-dialect.ts";
import type { Sql } from "./postgres-sql.ts";
import { readUnit, readUnits, type StoredUnit } from "./postgres-units.ts";
import type { UnitQuery, VisibleRow } from "./row-store.ts";
import { unitId } from "./unit-record.ts";
import { streamWholeUnits } from "./whole-units.ts";

export async function* streamRows(sql: Sql, query: UnitQuery): AsyncGenerator<VisibleRow> {
  yield* streamWholeUnits(await readUnits(sql, query), {
    readUnit: (record) => readUnit(sql, unitId(record)),
    readRows: (unit) => readGeneration(sql, unit),
  });
}

/** Rows in one answer: bounds what client and server hold of a unit with long URLs. */
const answerRows = 10_000;

async function readGeneration(sql: Sql, { record, searchType }: StoredUnit) {
  const id = unitId(record);
  const rows: VisibleRow[] = [];
  for (let after = sql.dialect.digest(""); ; ) {
    const answer = await sql.read(RowColumns, selectRows(sql.dialect), [
      id,
      record.generation,
      after,
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

const selectRows = ({
  digestType,
}: SqlDialect) => `SELECT row_key, page, query, country, device, search_appearance, hour,
    clicks, impressions, ctr, position
  FROM search_row
  WHERE unit_id = $1::uuid AND generation = $2::bigint AND row_key > $3::${digestType}
  ORDER BY row_key LIMIT $4::integer`;

const RowColumns = z.object({
  row_key: z.union([z.instanceof(Uint8Array), z.string()]),
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
