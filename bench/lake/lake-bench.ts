/**
 * A property's rows in a lake and, in the same session, in a real Postgres (where this machine has one):
 * the time to store them by two workers, the disk they take, and seven questions that people ask, three
 * times in turns, medians. Prints ratios; asserts nothing.
 *
 *   npm run bench:lake -- [--days N] [--rows N]      12 million rows: --days 480 --rows 25000
 */
import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { startKeeperServer } from "../../local/lake/keeper-server.ts";
import type { RowsPlace } from "../../shared/config/rows-place.ts";
import { duckdbSqlStore } from "../../shared/rows/lake/duckdb-sql-store.ts";
import { lakeLayout } from "../../shared/rows/lake/lake-layout.ts";
import { openUnitKeeper } from "../../shared/rows/lake/parquet-unit-keeper.ts";
import { openPostgresRowStore } from "../../shared/rows/postgres-row-store.ts";
import { postgresSqlStore } from "../../shared/rows/postgres-sql-store.ts";
import type { SqlStore } from "../../shared/rows/sql-store.ts";
import { realPostgresFolder, startRealPostgres } from "../../test/support/servers/real-postgres.ts";
import { type Ratio, tellOutcome } from "../support/outcome.ts";
import { benchDate, benchRows } from "./lake-rows.ts";

const { values } = parseArgs({
  options: {
    days: { type: "string", default: "60" },
    rows: { type: "string", default: "25000" },
    rounds: { type: "string", default: "3" },
  },
});
const [days, rows, rounds] = [values.days, values.rows, values.rounds].map(Number) as [
  number,
  number,
  number,
];
const workers = 2;
const last = benchDate(days - 1);
const [page = "", query = ""] = benchRows(0, 10)[3]?.keys ?? [];

const since = (back: number) => `date > date '${last}' - ${back}`;
const questions: Readonly<Record<string, string>> = {
  count: "select count(*) from search_rows",
  "top queries, 28 days": `select query, sum(clicks) as clicks from search_rows where ${since(28)} group by query order by clicks desc limit 20`,
  "lost pages, 56 days": `select page, sum(case when ${since(28)} then clicks else 0 end) - sum(case when ${since(28)} then 0 else clicks end) as change from search_rows where ${since(56)} group by page order by change limit 20`,
  "months, 16 months":
    "select extract(year from date) as y, extract(month from date) as m, sum(clicks) as clicks, sum(impressions) as impressions from search_rows group by y, m order by y, m",
  "cannibalisation, 28 days": `select query, count(distinct page) as pages, sum(clicks) as clicks from search_rows where ${since(28)} group by query having count(distinct page) > 1 order by clicks desc limit 20`,
  "one page, 16 months": `select date, sum(clicks) as clicks from search_rows where page = '${page}' group by date order by date`,
  "one query, 16 months": `select date, sum(clicks) as clicks from search_rows where query = '${query}' group by date order by date`,
};

type Filled = { readonly seconds: number; readonly memoryMb: number };

async function fill(place: RowsPlace): Promise<Filled> {
  const startMs = performance.now();
  const parts = Array.from({ length: workers }, (_, worker) =>
    Array.from({ length: days }, (_, day) => day).filter((day) => day % workers === worker),
  );
  const memory = await Promise.all(
    parts.map(async (part) => {
      const settings = JSON.stringify({ place, days: part, rows });
      const child = fork(new URL("./fill-worker.ts", import.meta.url), [settings]);
      const said = once(child, "message");
      const [code] = await once(child, "exit");
      if (code !== 0) throw new Error(`a worker ended with ${code}`);
      const [{ memoryMb }] = await said;
      return Number(memoryMb);
    }),
  );
  return { seconds: (performance.now() - startMs) / 1_000, memoryMb: Math.max(...memory) };
}

async function ask(store: SqlStore, question: string): Promise<number> {
  const startMs = performance.now();
  const answer = await store.ask(question);
  for await (const _row of answer.rows);
  return performance.now() - startMs;
}

const median = (times: readonly number[]) =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
const megabytesOf = (folder: string) =>
  Number(spawnSync("du", ["-sm", folder], { encoding: "utf8" }).stdout.split("\t")[0]);

const folder = await mkdtemp(join(tmpdir(), "gsc-bench-lake-"));
mkdirSync(join(folder, "lake"));
const keeper = await openUnitKeeper(lakeLayout(join(folder, "lake")));
const server = await startKeeperServer(keeper, "bench");
const real = realPostgresFolder();
const postgres = real === undefined ? undefined : await startRealPostgres(real);
try {
  console.log(`${days * rows} rows (${days} days), load ${loadavg()[0]?.toFixed(1)}`);
  const ratios: Ratio[] = [];
  const lakePlace: RowsPlace = {
    kind: "lake",
    folder: join(folder, "lake"),
    keeper: { url: server.url, key: "bench" },
  };
  const inLake = await fill(lakePlace);
  const lakeMb = megabytesOf(join(folder, "lake"));
  console.log(
    `lake:     stored in ${inLake.seconds.toFixed(1)} s, ${lakeMb} MB, ${inLake.memoryMb} MB a worker`,
  );
  const lake = duckdbSqlStore(join(folder, "lake"));
  let other: SqlStore | null = null;
  if (postgres !== undefined) {
    const place: RowsPlace = { kind: "postgres", url: postgres.url };
    await (await openPostgresRowStore(postgres.url)).close();
    const filled = await fill(place);
    const client = new pg.Client(postgres.url);
    await client.connect();
    const { rows: sizes } = await client.query(
      "select pg_database_size(current_database()) / 1048576 as mb",
    );
    await client.query("analyze");
    await client.end();
    const postgresMb = Number(sizes[0].mb);
    console.log(
      `postgres: stored in ${filled.seconds.toFixed(1)} s, ${postgresMb} MB, ${filled.memoryMb} MB a worker`,
    );
    ratios.push(
      {
        what: "lake to Postgres: time to store",
        value: inLake.seconds / filled.seconds,
        aim: "≤ 0.4",
      },
      { what: "lake to Postgres: disk", value: lakeMb / postgresMb, aim: "≤ 0.1" },
    );
    other = postgresSqlStore(place);
  }
  for (const [name, question] of Object.entries(questions)) {
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await ask(lake, question));
      if (other !== null) theirs.push(await ask(other, question));
    }
    const [a, b] = [median(ours), median(theirs)];
    console.log(
      `${name.padEnd(26)} lake ${a.toFixed(0).padStart(6)} ms${other === null ? "" : `   postgres ${b.toFixed(0).padStart(6)} ms`}`,
    );
    if (other !== null)
      ratios.push({ what: `lake to Postgres: ${name}`, value: a / b, aim: "≤ 0.5" });
  }
  console.log(`load at the end ${loadavg()[0]?.toFixed(1)}`);
  tellOutcome({ name: "lake", ratios, raw: { days, rows } });
} finally {
  await server.close();
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
}
