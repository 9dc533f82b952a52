import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Report } from "../../shared/request/report.ts";
import { reportShape } from "../../shared/request/report.ts";
import type { Row } from "../../shared/request/row.ts";
import { keyedRows } from "../../shared/rows/keyed-rows.ts";
import { duckdbSqlStore } from "../../shared/rows/lake/duckdb-sql-store.ts";
import { lakeLayout } from "../../shared/rows/lake/lake-layout.ts";
import { openParquetRowStore } from "../../shared/rows/lake/parquet-row-store.ts";
import { openUnitKeeper } from "../../shared/rows/lake/parquet-unit-keeper.ts";
import { openPostgresRowStore } from "../../shared/rows/postgres-row-store.ts";
import { postgresSqlStore } from "../../shared/rows/postgres-sql-store.ts";
import type { RowStore } from "../../shared/rows/row-store.ts";
import type { SqlStore } from "../../shared/rows/sql-store.ts";
import type { UnitRecord } from "../../shared/rows/unit-record.ts";
import { startPostgresServer } from "../support/postgres/postgres-server.ts";
import { pacific } from "../support/samples/pacific.ts";
import {
  deviceCountry,
  pageQuery,
  sampleRecord,
  sampleRow,
  sampleRows,
  sampleSite,
  sampleUnit,
} from "../support/samples/row-samples.ts";

const stops = new AsyncDisposableStack();
const asked: Record<string, SqlStore> = {};
afterAll(() => stops.disposeAsync());

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), "gsc-sql-"));
  stops.defer(() => rm(root, { recursive: true }));
  const server = await startPostgresServer();
  stops.defer(() => server.stop());
  const postgres = await openPostgresRowStore(server.url);
  stops.defer(() => postgres.close());
  const lake = openParquetRowStore(root, await openUnitKeeper(lakeLayout(root)));
  for (const store of [postgres, lake]) await fill(store);
  asked.lake = duckdbSqlStore(root);
  asked.postgres = postgresSqlStore({ kind: "postgres", url: server.url }) as SqlStore;
});

/** Whole, provisional, empty and odd days, of two properties and two reports. */
async function fill(store: RowStore): Promise<void> {
  const odd = [
    'a"b\\c{d},e',
    "'; DROP TABLE unit; --",
    "",
    "NULL",
    "日本語 🎉 \u202Eא",
    "x\0y",
    "\t\n\r",
  ];
  const oddRows = odd.map((key, index) => sampleRow([`https://e.com/${key}`, key], index));
  const hours = ["2026-03-08T01:00:00-08:00", "2026-03-08T03:00:00-07:00", "noon"];
  const hourRows = hours.map((hour, index) => sampleRow(["DESKTOP", hour, "usa"], index));
  const soon = Date.parse("2026-03-05T12:00:00Z");
  await put(store, 0, pageQuery, oddRows);
  await put(store, 1, pageQuery, sampleRows(500));
  await put(store, 2, pageQuery, sampleRows(3), { fetchedAtMs: soon });
  await put(store, 3, pageQuery, sampleRows(3), { firstIncompleteDate: pacific("2026-03-04") });
  await put(store, 4, pageQuery, [], { fetchedAtMs: soon });
  await put(store, 5, pageQuery, []);
  await put(store, 30, pageQuery, [], { fetchedAtMs: Date.parse("2026-04-04T12:00:00Z") });
  await put(store, 31, pageQuery, sampleRows(2), {
    fetchedAtMs: Date.parse("2026-04-04T12:30:00Z"),
  });
  await put(store, 7, deviceCountry, hourRows, { capped: true });
  await put(store, 7, pageQuery, sampleRows(4), {}, "https://example.com/");
}

async function put(
  store: RowStore,
  day: number,
  report: Report,
  rows: readonly Row[],
  changes: Partial<UnitRecord> = {},
  site = sampleSite,
): Promise<void> {
  const unit = sampleUnit(day, site, report.id);
  const record = sampleRecord(unit, 1, [rows], { shape: reportShape(report), ...changes });
  const nowMs = Date.parse("2026-04-05T10:11:12.345Z");
  await store.beginGeneration(unit, 1, nowMs);
  await store.writeRows(unit, 1, report, keyedRows(rows));
  await store.completeUnit(record, nowMs);
}

/** As `--json` prints it. */
async function answer(store: SqlStore | undefined, query: string): Promise<unknown> {
  if (store === undefined) throw new Error("no store");
  const { columns, rows } = await store.ask(query);
  const found: unknown[] = [];
  for await (const row of rows) found.push(row);
  return JSON.parse(JSON.stringify([columns.map(({ name }) => name), found]));
}

test.each([
  "select * from search_rows order by site_url, date, report, clicks, position, query",
  "select * from search_days order by site_url, date, report",
  "select query, sum(clicks) as clicks from search_rows group by query order by clicks desc, query limit 10",
  "select date, final, count(*) as rows from search_rows where report = 'page_query' group by date, final order by date",
  "select count(*) as days, sum(case when final then 1 else 0 end) as final from search_days where rows = 0",
])("%s has the same answer in a lake and in Postgres", async (query) => {
  const [inLake, inPostgres] = await Promise.all([
    answer(asked.lake, query),
    answer(asked.postgres, query),
  ]);
  expect(inLake).toEqual(inPostgres);
});
