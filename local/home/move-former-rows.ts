import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import * as z from "zod";
import { findReport } from "../../shared/request/find-report.ts";
import { addDays, dataEpoch, pacificDateAt } from "../../shared/request/pacific-date.ts";
import { type Report, ReportShapeSchema } from "../../shared/request/report.ts";
import type { Row } from "../../shared/request/row.ts";
import { keyedRows } from "../../shared/rows/keyed-rows.ts";
import { openParquetRowStore } from "../../shared/rows/lake/parquet-row-store.ts";
import type { UnitKeeper } from "../../shared/rows/lake/unit-keeper.ts";
import { createPostgresRowStore } from "../../shared/rows/postgres-row-store.ts";
import type { RowStore, VisibleRow } from "../../shared/rows/row-store.ts";
import { type UnitRecord, unitId } from "../../shared/rows/unit-record.ts";
import { acquireProcessLock } from "../processes/process-lock.ts";
import type { Home } from "./home.ts";
import { HomeError } from "./home-error.ts";

/**
 * Moves the rows of a home of format 1, whose database was an embedded Postgres, into its lake: unit by
 * unit, each whole. What is there already is left, so that a move that was cut short goes on. The
 * old folder is kept under another name. Its owner calls it. @throws HomeError, RowStoreError
 */
export async function moveFormerRows(
  home: Home,
  keeper: UnitKeeper,
  onNotice: (notice: string) => void,
): Promise<void> {
  const database = join(home.formerPostgres, "database");
  if (existsSync(database)) {
    // A predecessor that was killed may still have it open.
    await using _lock = await lockOf(home);
    const former = await openFormer(database, home);
    try {
      await moveUnits(former, home, keeper, onNotice);
    } finally {
      await former.close();
    }
  }
  await rename(home.formerPostgres, keptName(home));
}

/** Where the old database is kept: its rows are in the lake, and it may be deleted. */
export function keptName({ formerPostgres }: Pick<Home, "formerPostgres">): string {
  return `${formerPostgres}-moved-into-the-lake`;
}

async function lockOf(home: Home): Promise<AsyncDisposable> {
  const lock = await acquireProcessLock(join(home.formerPostgres, "lock"), { waitMs: 10_000 });
  if (lock !== undefined) return { [Symbol.asyncDispose]: async () => lock.release() };
  throw new HomeError(
    "HOME_BUSY",
    `another process still has the old database of ${home.folder} open: try again when it has ended`,
  );
}

const readerVersion = "0.5.14";

/** The library that reads it is for development: a new home has no use for it. */
async function openFormer(database: string, home: Home): Promise<PGlite> {
  const library = await import("@electric-sql/pglite").catch(() => undefined);
  if (library !== undefined) return library.PGlite.create(database);
  throw new HomeError(
    "HOME_OLDER",
    `the rows of ${home.folder} are in the database of an older gsc-sync, and what reads it is not installed: run "npm install --no-save @electric-sql/pglite@${readerVersion}" where gsc-sync is, then this command again`,
  );
}

const FormerUnitSchema = z.object({
  unit_id: z.string(),
  site_url: z.string(),
  search_type: z.string(),
  dimensions: z.string(),
  completed_at_ms: z.number(),
});

type FormerUnit = z.infer<typeof FormerUnitSchema>;

async function moveUnits(
  former: PGlite,
  home: Home,
  keeper: UnitKeeper,
  onNotice: (notice: string) => void,
): Promise<void> {
  const rows = await createPostgresRowStore({
    async query(text, values) {
      const { rows: found, affectedRows = 0 } = await former.query(text, values);
      return { rows: found, rowCount: affectedRows };
    },
    end: async () => {},
  });
  const { rows: listed } = await former.query(
    `SELECT unit_id::text AS unit_id, site_url, search_type, dimensions,
      (extract(epoch FROM completed_at) * 1000)::float8 AS completed_at_ms FROM unit`,
  );
  const units = new Map(
    listed.map((row) => FormerUnitSchema.parse(row)).map((unit) => [unit.unit_id, unit]),
  );
  const progress = { moved: 0, of: units.size, saidAtMs: 0 };
  for (const siteUrl of new Set([...units.values()].map((unit) => unit.site_url))) {
    const lake = createLake(home, keeper);
    const present = new Map(
      (await lake.readUnits(everything(siteUrl))).map((unit) => [unitId(unit), unit.generation]),
    );
    for (const record of await rows.readUnits(everything(siteUrl))) {
      const unit = units.get(unitId(record));
      if (unit !== undefined && (present.get(unit.unit_id) ?? -1) < record.generation) {
        await moveUnit(record, unit, rows, createLake(home, keeper, reportOf(record, unit)));
      }
      progress.moved += 1;
      sayProgress(progress, onNotice);
    }
  }
}

function createLake(home: Home, keeper: UnitKeeper, report?: Report): RowStore {
  return openParquetRowStore(home.folders.lake, keeper, { findReport: () => report });
}

function everything(siteUrl: string) {
  return { siteUrl, from: dataEpoch, to: addDays(pacificDateAt(Date.now()), 366) };
}

/** What the report asked for; of the oldest units only its dimensions were kept. */
function reportOf(record: UnitRecord, unit: FormerUnit): Report {
  const known = record.shape ?? findReport(record.report);
  const { search_type: searchType, dimensions } = unit;
  return {
    id: record.report,
    ...(known ?? ReportShapeSchema.parse({ searchType, dimensions: JSON.parse(dimensions) })),
  };
}

async function moveUnit(
  record: UnitRecord,
  unit: FormerUnit,
  from: RowStore,
  to: RowStore,
): Promise<void> {
  const report = reportOf(record, unit);
  const { siteUrl, date } = record;
  const rows: Row[] = [];
  const query = { siteUrl, from: date, to: date, reports: [record.report] };
  for await (const row of from.streamRows(query)) rows.push(rowOf(row, report));
  await to.beginGeneration(record, record.generation, unit.completed_at_ms);
  // Rows that were told apart by what Postgres cannot hold stay apart: they are not keyed anew.
  const { keys } = keyedRows([]);
  await to.writeRows(record, record.generation, report, { rows, fetchedRows: rows.length, keys });
  await to.completeUnit(record, unit.completed_at_ms);
}

function rowOf(row: VisibleRow, { dimensions }: Report): Row {
  const { clicks, impressions, ctr, position } = row;
  return {
    keys: dimensions.map((dimension) => row[dimension] ?? ""),
    clicks,
    impressions,
    ctr,
    position,
  };
}

const sayEveryMs = 2_000;

function sayProgress(
  progress: { readonly moved: number; readonly of: number; saidAtMs: number },
  onNotice: (notice: string) => void,
): void {
  const nowMs = performance.now();
  if (nowMs - progress.saidAtMs < sayEveryMs && progress.moved < progress.of) return;
  progress.saidAtMs = nowMs;
  onNotice(
    `moving this home's rows from its old database into Parquet files: ${progress.moved} of ${progress.of} units`,
  );
}
