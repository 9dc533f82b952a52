import * as z from "zod";
import type { Sql } from "./postgres-sql.ts";
import { doomGenerations, emptyGenerations, generationColumns } from "./postgres-sweep.ts";
import { siteHash } from "./postgres-units.ts";
import { endOfDays, type Purge, type Purged } from "./purge.ts";

/**
 * A purge, step by step:
 *
 * 1. The tombstone is committed. A flip whose statement begins later sees it, and is refused.
 * 2. What is begun and not flipped is doomed. A flip that began earlier does not see the tombstone, but
 *    its generation was begun before it, so it is found here; both write the generation's row,
 *    and one of them comes second. After this step no flip of an older token is under way.
 * 3. Unit records are deleted and all their older generations doomed, in one statement a few units:
 *    a generation that is seen is never doomed. Then the rows of what is doomed are deleted.
 *
 * A halt anywhere leaves units that are whole or gone, and doomed rows, which the next purge or sweep
 * deletes. The tombstone stays: a row a purge and report, less those that newer ones outdo.
 */
export async function* purgeUnits(sql: Sql, purge: Purge, nowMs: number): AsyncGenerator<Purged> {
  const now = new Date(nowMs).toISOString();
  await putTombstone(sql, purge, now);
  const covered = coveredBy(sql, purge);
  await doomGenerations(sql, now, selectBegun(sql), covered);
  await emptyGenerations(sql, now);
  const units = await sql.read(UnitIdColumn, selectUnits(sql), covered);
  for (let start = 0; start < units.length; start += unitsAtOnce) {
    const ids = units.slice(start, start + unitsAtOnce).map(({ id }) => id);
    const doomed = await sql.read(DoomedColumns, deleteUnits, [ids, purge.token, now]);
    const gone = doomed.filter(({ seen }) => seen);
    await emptyGenerations(sql, now);
    yield { units: gone.length, rows: gone.reduce((sum, { rows }) => sum + rows, 0) };
  }
}

/** With their generations far below the 3,000 rows of a transaction in Aurora DSQL. */
const unitsAtOnce = 100;

/** The report of a tombstone of all reports. */
const allReports = "";

async function putTombstone(sql: Sql, purge: Purge, now: string): Promise<void> {
  const reports = purge.reports ?? [allReports];
  const values = [...coveredBy(sql, purge).slice(0, 3), reports];
  await sql.run(
    `INSERT INTO purge (site_hash, token, before_date, report, purged_at)
    SELECT $1::${sql.dialect.digestType}, $2::bigint, $3::date, r.report, $5::timestamptz
    FROM unnest($4::text[]) AS r (report)
    ON CONFLICT (site_hash, report, token) DO NOTHING`,
    [...values, now],
  );
  await sql.run(
    `DELETE FROM purge WHERE site_hash = $1::${sql.dialect.digestType} AND token < $2::bigint
      AND before_date <= $3::date AND ('${allReports}' = ANY($4::text[]) OR report = ANY($4::text[]))`,
    values,
  );
}

/** The parameters of {@link covers}. */
function coveredBy(sql: Sql, { siteUrl, before, reports, token }: Purge): readonly unknown[] {
  return [sql.dialect.digest(siteHash(siteUrl)), token, before ?? endOfDays, reports];
}

const covers = ({ dialect }: Sql, table: string) => `${table}.generation < $2::bigint
    AND ${table}.site_hash = $1::${dialect.digestType} AND ${table}.date < $3::date
    AND ($4::text[] IS NULL OR ${table}.report = ANY($4::text[]))`;

/** What an older version began does not say whose it is: at worst another's take does its unit again. */
const selectBegun = (sql: Sql) => `SELECT ${generationColumns} FROM generation g
  WHERE g.doomed_at IS NULL AND g.flipped_at IS NULL
    AND ((${covers(sql, "g")}) OR (g.site_hash IS NULL AND g.generation < $2::bigint))`;

const selectUnits = (sql: Sql) => `SELECT u.unit_id::text AS id FROM unit u
  WHERE ${covers(sql, "u")} ORDER BY u.date, u.report`;

const deleteUnits = `WITH gone AS (
    DELETE FROM unit WHERE unit_id = ANY($1::uuid[]) AND generation < $2::bigint
    RETURNING unit_id, generation, rows
  )
  UPDATE generation g SET doomed_at = $3::timestamptz FROM gone
  WHERE g.unit_id = gone.unit_id AND g.generation < $2::bigint AND g.doomed_at IS NULL
  RETURNING g.generation = gone.generation AS seen, gone.rows`;

const UnitIdColumn = z.object({ id: z.string() });
/** A generation; `seen`: the one whose rows were visible. */
const DoomedColumns = z.object({ seen: z.boolean(), rows: z.number() });
