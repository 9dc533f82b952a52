import * as z from "zod";
import { sideBySide } from "../lib/side-by-side.ts";
import type { Report } from "../request/report.ts";
import type { Unit } from "../request/unit.ts";
import type { KeyedRows } from "./keyed-rows.ts";
import { columnsOf } from "./postgres-columns.ts";
import type { SqlDialect } from "./postgres-dialect.ts";
import type { Sql } from "./postgres-sql.ts";
import { siteHash } from "./postgres-units.ts";
import { RowStoreError } from "./row-store-error.ts";
import { unitId } from "./unit-record.ts";

/**
 * Aurora DSQL changes at most 3,000 rows and 10 MiB in a transaction; its own keys and overhead count
 * too, and the last row may go beyond: half of that, as we count.
 */
const statementSize = { rows: 3_000, bytes: 5 * 1_024 * 1_024 };

/** Rows deleted in one statement: with URLs and queries at their longest, 10 MiB are not passed. */
export const maxDeletedRows = 1_000;

/** While the database works on one statement, the next is encoded; chunks share no key. */
const statementsAtOnce = 2;

export async function beginGeneration(
  sql: Sql,
  unit: Unit,
  generation: number,
  nowMs: number,
): Promise<void> {
  await sql.run(
    `INSERT INTO generation (unit_id, generation, begun_at, site_hash, report, date)
    VALUES ($1::uuid, $2::bigint, $3::timestamptz, $4::${sql.dialect.digestType}, $5::text, $6::date)
    ON CONFLICT (unit_id, generation) DO NOTHING`,
    [
      unitId(unit),
      generation,
      new Date(nowMs).toISOString(),
      sql.dialect.digest(siteHash(unit.siteUrl)),
      unit.report,
      unit.date,
    ],
  );
}

/**
 * Each chunk is a statement of its own, in key order. Only an open generation takes rows: a
 * visible one never changes under its readers, a doomed one gathers no garbage.
 */
export async function writeRows(
  sql: Sql,
  unit: Unit,
  generation: number,
  report: Report,
  rows: KeyedRows,
): Promise<void> {
  const id = unitId(unit);
  const columns = columnsOf(report, rows, statementSize, sql.dialect.arrays);
  await sideBySide(columns, statementsAtOnce, async ({ rowCount, values }) => {
    const written = await putRows(sql, [id, generation, ...values]);
    if (written < rowCount) throw closed(unit, generation);
  });
}

/**
 * Rows that a page repeats of one before it are rare, and an upsert takes nearly twice the time of an
 * insert: Postgres looks for each key first, and confirms each row afterwards.
 */
async function putRows(sql: Sql, values: readonly unknown[]): Promise<number> {
  const inserted = await sql.insertNew(insertRows(sql.dialect), values);
  return inserted === "exists" ? sql.run(upsertRows(sql.dialect), values) : inserted;
}

/** Refused for a visible generation: its rows never change under its readers. */
export async function clearGeneration(sql: Sql, unit: Unit, generation: number): Promise<void> {
  const [registered] = await sql.read(
    z.object({ flipped: z.boolean() }),
    `SELECT flipped_at IS NOT NULL AS flipped FROM generation
    WHERE unit_id = $1::uuid AND generation = $2::bigint`,
    [unitId(unit), generation],
  );
  if (registered?.flipped === true) throw closed(unit, generation);
  await deleteRows(sql, unitId(unit), generation);
}

/** Deletes all rows of a generation that nobody sees, in statements of a bounded size. */
export async function deleteRows(sql: Sql, id: string, generation: number): Promise<void> {
  while ((await sql.run(deleteSomeRows, [id, generation, maxDeletedRows])) > 0);
}

/** By a bound on the key: joined to a list of keys, an unanalysed table was scanned once a key. */
const deleteSomeRows = `DELETE FROM search_row
  WHERE unit_id = $1::uuid AND generation = $2::bigint AND row_key <= coalesce(
    (SELECT row_key FROM search_row WHERE unit_id = $1::uuid AND generation = $2::bigint
      ORDER BY row_key LIMIT 1 OFFSET $3::integer - 1),
    (SELECT row_key FROM search_row WHERE unit_id = $1::uuid AND generation = $2::bigint
      ORDER BY row_key DESC LIMIT 1))`;

const insertRows = ({
  digestType,
}: SqlDialect) => `INSERT INTO search_row (unit_id, generation, row_key,
    page, query, country, device, search_appearance, hour, clicks, impressions, ctr, position)
  SELECT g.unit_id, g.generation, r.*
  FROM generation g CROSS JOIN unnest($3::${digestType}[],
    $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::float8[], $11::float8[], $12::float8[], $13::float8[]) AS r
  WHERE g.unit_id = $1::uuid AND g.generation = $2::bigint
    AND g.doomed_at IS NULL AND g.flipped_at IS NULL`;

const upsertRows = (dialect: SqlDialect) => `${insertRows(dialect)}
  ON CONFLICT (unit_id, generation, row_key) DO UPDATE SET
    page = EXCLUDED.page, query = EXCLUDED.query, country = EXCLUDED.country,
    device = EXCLUDED.device, search_appearance = EXCLUDED.search_appearance,
    hour = EXCLUDED.hour, clicks = EXCLUDED.clicks, impressions = EXCLUDED.impressions,
    ctr = EXCLUDED.ctr, position = EXCLUDED.position`;

function closed(unit: Unit, generation: number): RowStoreError {
  return new RowStoreError(
    "generation-closed",
    `generation ${generation} of ${unit.siteUrl} ${unit.report} ${unit.date} takes no rows: it was never begun, is visible already, or was swept or purged`,
  );
}
