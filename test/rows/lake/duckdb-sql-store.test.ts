import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../../../shared/request/report.ts";
import type { Row } from "../../../shared/request/row.ts";
import { keyedRows } from "../../../shared/rows/keyed-rows.ts";
import { duckdbSqlStore } from "../../../shared/rows/lake/duckdb-sql-store.ts";
import { lakeLayout } from "../../../shared/rows/lake/lake-layout.ts";
import { openParquetRowStore } from "../../../shared/rows/lake/parquet-row-store.ts";
import { openUnitKeeper } from "../../../shared/rows/lake/parquet-unit-keeper.ts";
import {
  deviceCountry,
  pageQuery,
  sampleRecord,
  sampleRow,
  sampleRows,
  sampleSite,
  sampleUnit,
} from "../../support/samples/row-samples.ts";

const otherSite = "https://Example.com/[a]*?/";
let root: string;
let folder: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "gsc-lake-sql-"));
  // A home's path may hold what a glob means something by.
  folder = join(root, "a [home]* of 'mine'?", "lake");
  await mkdir(folder, { recursive: true });
});
afterAll(() => rm(root, { recursive: true }));

async function store(
  rows: readonly Row[],
  { day = 0, site = sampleSite, report = pageQuery as Report, generation = 1 } = {},
): Promise<void> {
  const lake = openParquetRowStore(folder, await openUnitKeeper(lakeLayout(folder)));
  const unit = sampleUnit(day, site, report.id);
  await lake.beginGeneration(unit, generation, 0);
  await lake.writeRows(unit, generation, report, keyedRows(rows));
  const { id: _id, ...shape } = report;
  await lake.completeUnit(sampleRecord(unit, generation, [rows], { shape }), Date.now());
}

async function ask(query: string, site?: string) {
  const answer = await duckdbSqlStore(folder, site).ask(query);
  const rows: (readonly unknown[])[] = [];
  for await (const row of answer.rows) rows.push(row);
  return { names: answer.columns.map(({ name }) => name), rows };
}

describe("SQL on a lake", () => {
  test("of an empty one has typed tables without rows", async () => {
    await openUnitKeeper(lakeLayout(folder));
    const { names, rows } = await ask("select * from search_rows");
    expect(rows).toEqual([]);
    expect(names).toContain("impressions");
    expect((await ask("select sum(clicks) + 1, count(*) from search_rows")).rows).toEqual([
      [null, 0],
    ]);
    expect((await ask("select count(*) from search_days")).rows).toEqual([[0]]);
  });

  test("answers with plain values: sums as numbers, days as text, instants in ISO", async () => {
    await store(sampleRows(40));
    await store(sampleRows(20), { day: 1 });
    await store(sampleRows(3), { site: otherSite });
    const hour = "2026-03-01T05:00:00-08:00";
    await store([sampleRow(["MOBILE", hour, "usa"], 1_000_000_000_000_001)], {
      report: deviceCountry,
    });
    const sums = await ask(
      "select date, sum(clicks) as clicks, avg(1.5) as a from search_rows where report = 'page_query' and site_url = 'sc-domain:example.com' group by date order by date",
    );
    expect(sums.rows).toEqual([
      ["2026-03-01", 780, 1.5],
      ["2026-03-02", 190, 1.5],
    ]);
    const hours = await ask(
      "select device, hour, hour_utc, clicks, page, final from search_rows where report = 'device_country'",
    );
    expect(hours.rows).toEqual([
      ["MOBILE", hour, "2026-03-01T13:00:00.000Z", 1_000_000_000_000_001, null, true],
    ]);
  });

  test("has a table a report, with the columns that it has", async () => {
    expect((await ask("select * from device_country limit 0")).names).toEqual([
      ...["site_url", "report", "date", "search_type", "device", "hour", "country"],
      ...["clicks", "impressions", "ctr", "position", "hour_utc", "final"],
    ]);
    expect((await ask("show tables")).rows.flat()).toEqual([
      ...["device_country", "page_query", "search_days", "search_rows"],
    ]);
  });

  test("has a unit a row in search_days", async () => {
    const { rows } = await ask(
      "select date, report, search_type, rows, clicks, capped, final, run_id from search_days where site_url = 'sc-domain:example.com' order by date, report",
    );
    expect(rows).toEqual([
      ["2026-03-01", "device_country", "image", 1, 1_000_000_000_000_001, false, true, "run-1"],
      ["2026-03-01", "page_query", "web", 40, 780, false, true, "run-1"],
      ["2026-03-02", "page_query", "web", 20, 190, false, true, "run-1"],
    ]);
  });

  test("is limited to a property where the statement is, and where it is told to be", async () => {
    expect(
      (await ask(`select count(*) from search_rows where site_url = '${otherSite}'`)).rows,
    ).toEqual([[3]]);
    expect((await ask("select count(*) from search_rows", otherSite)).rows).toEqual([[3]]);
    // The other side of the join is not.
    const joined = await ask(
      `select count(*) from search_rows a left join search_rows b on a.page = b.page and b.site_url <> a.site_url where a.site_url = '${otherSite}' and b.page is not null`,
    );
    expect(joined.rows).toEqual([[6]]);
    const own = await ask(
      "with search_rows as (select * from search_rows where date = '2026-03-02') select count(*) from search_rows",
    );
    expect(own.rows).toEqual([[20]]);
  });

  test("shows DuckDB's own words, place and hint", async () => {
    await expect(ask("select clickz from search_rows")).rejects.toMatchObject({
      code: "statement",
      message: expect.stringMatching(
        /"clickz" not found[\s\S]*"clicks"[\s\S]*LINE 1: select clickz[\s\S]*\^/,
      ),
    });
    await expect(ask("select *\nfrom search_rows\nwhere (")).rejects.toThrow(
      /LINE 3: where \(\n +\^/,
    );
    await expect(ask("select * from serch_rows")).rejects.toThrow('Did you mean "search_rows"?');
    await expect(ask("")).rejects.toMatchObject({ code: "statement" });
  });

  test("writes an answer into a file, whole", async () => {
    await using file = await duckdbSqlStore(folder).askFile?.(
      "select page, clicks from page_query -- all of them\n order by page limit 2;",
      "csv",
    );
    if (file === undefined) throw new Error("no file");
    const csv = await readFile(file.path, "utf8");
    expect(csv).toBe("page,clicks\nhttps://example.com/a/0,0\nhttps://example.com/a/0,0\n");
    expect(file.rows).toBe(2);
  });

  test("streams: what is not read is not made", async () => {
    const answer = await duckdbSqlStore(folder).ask("select * from range(100000000000)");
    let count = 0;
    for await (const _row of answer.rows) {
      count += 1;
      if (count === 5_000) break;
    }
    expect(count).toBe(5_000);
  });

  test("that takes too long is ended, and one that is aborted", async () => {
    const endless = "select sum(a.range * b.range) from range(10000000) a, range(10000000) b";
    await expect(
      duckdbSqlStore(folder, undefined, { timeoutMs: 1_500 }).ask(endless),
    ).rejects.toThrow("took longer");
    await expect(duckdbSqlStore(folder).ask(endless, AbortSignal.timeout(1_000))).rejects.toThrow(
      "timeout",
    );
  });
});

describe("SQL on a lake is shut in", () => {
  let victim: string;
  let before: readonly string[];
  let unit: string;
  let bytes: Buffer;

  beforeAll(async () => {
    victim = join(root, "secret.txt");
    await writeFile(victim, "a secret");
    before = (await readdir(root, { recursive: true })).sort();
    unit = join(
      lakeLayout(folder).rows,
      before.find((name) => name.endsWith(".parquet"))?.split("/rows/")[1] ?? "",
    );
    bytes = await readFile(unit);
  });

  const attacks: readonly (readonly [
    string,
    (paths: { victim: string; unit: string }) => string,
  ])[] = [
    ["COPY over a unit", ({ unit: u }) => `copy (select 1) to '${u}'`],
    [
      "COPY over a unit, explained and run",
      ({ unit: u }) => `explain analyze copy (select 1) to '${u}'`,
    ],
    ["COPY from a file", ({ victim: v }) => `copy search_rows from '${v}'`],
    ["ATTACH", ({ unit: u }) => `attach '${u}.db'`],
    ["EXPORT DATABASE", ({ victim: v }) => `export database '${v}.d'`],
    ["IMPORT DATABASE", ({ victim: v }) => `import database '${v}.d'`],
    [
      "logging into a file",
      ({ victim: v }) => `call enable_logging(storage = 'file', storage_path = '${v}.log')`,
    ],
    [
      "logging, as a table",
      ({ victim: v }) =>
        `select * from enable_logging(storage = 'file', storage_path = '${v}.log')`,
    ],
    ["a view under our name", () => "create or replace view search_rows as select 1 as clicks"],
    ["a macro under a function's name", () => "create or replace macro sum(x) as 0"],
    ["a setting", () => "set enable_external_access = true"],
    ["a setting unlocked", () => "reset lock_configuration"],
    ["a pragma", () => "pragma database_list"],
    ["an extension", () => "install httpfs"],
    ["an extension loaded", ({ victim: v }) => `load '${v}'`],
    ["two statements", ({ unit: u }) => `select 1; copy (select 1) to '${u}'`],
    [
      "a statement behind a comment",
      ({ unit: u }) => `/* */ select 1 -- \n; copy (select 1) to '${u}'`,
    ],
    ["a file as a table", ({ victim: v }) => `select * from '${v}'`],
    ["a file as text", ({ victim: v }) => `select * from read_text('${v}')`],
    ["a file as CSV", ({ victim: v }) => `select * from read_csv('${v}')`],
    [
      "a file as bytes, deep within",
      ({ victim: v }) =>
        `select (select content from (with a as (from read_blob('${v}')) from a)) from range(1)`,
    ],
    [
      "a statement in a text",
      ({ victim: v }) => `select * from query('select * from read_text(''${v}'')')`,
    ],
    [
      "a statement in a tree",
      ({ victim: v }) =>
        `select * from json_execute_serialized_sql(json_serialize_sql('select * from read_text(''${v}'')'))`,
    ],
    ["a list of files", () => "select * from glob('/etc/*')"],
    ["a sniffed file", ({ victim: v }) => `select * from sniff_csv('${v}')`],
    ["prepared", ({ victim: v }) => `prepare x as select * from read_text('${v}')`],
    ["executed", () => "execute x"],
    ["a secret of the cloud", () => "create secret s (type s3, key_id 'a', secret 'b')"],
    ["a checkpoint", () => "select * from force_checkpoint()"],
    ["EXPLAIN ANALYZE of a SELECT", () => "explain analyze select 1"],
    ["DELETE", () => "delete from search_days"],
    ["UPDATE in a WITH", () => "with x as (delete from search_days returning *) select * from x"],
    ["a variable", () => "set variable x = 1"],
    ["USE", () => "use temp"],
    ["VACUUM", () => "vacuum"],
    ["a transaction", () => "begin"],
  ];

  test.each(attacks)("%s is refused", async (_name, attack) => {
    await expect(ask(attack({ victim, unit }))).rejects.toMatchObject({
      code: expect.stringMatching(/^(read-only|statement)$/),
    });
  });

  test("nothing was written, anywhere", async () => {
    expect((await readdir(root, { recursive: true })).sort()).toEqual(before);
    expect((await readFile(unit)).equals(bytes)).toBe(true);
    expect(await readFile(victim, "utf8")).toBe("a secret");
  });

  test("behind the first wall stands DuckDB's own", async () => {
    // The statement's text is a file's name: the first wall sees a table.
    await expect(ask(`select * from "${victim}"`)).rejects.toThrow(/does not exist|disabled/);
    await writeFile(join(root, "a.csv"), "a,b\n1,2\n");
    await expect(ask(`select * from '${join(root, "a.csv")}'`)).rejects.toMatchObject({
      code: expect.stringMatching(/^(read-only|statement)$/),
    });
    await rm(join(root, "a.csv"));
  });
});
