import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { EmbeddedProcess } from "../../../local/processes/embedded-process.ts";
import { type PostgresSettings, startPostgresServer } from "./postgres-server.ts";

let folder: string;
let started: EmbeddedProcess[] = [];

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "gsc-sync-postgres-")), "home");
});

afterEach(async () => {
  await Promise.all(started.map((server) => server.stop()));
  started = [];
  await rm(join(folder, ".."), { recursive: true, force: true });
});

async function start(settings: PostgresSettings): Promise<EmbeddedProcess> {
  const server = await startPostgresServer(settings);
  started.push(server);
  return server;
}

async function query(server: EmbeddedProcess, ...statements: string[]): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.url });
  client.on("error", () => {});
  await client.connect();
  const rows: unknown[] = [];
  for (const sql of statements) rows.push(...(await client.query(sql)).rows);
  await client.end();
  return rows;
}

test("rows outlive a stop and a start", async () => {
  const first = await start({ folder });
  await query(first, "CREATE TABLE kept (a int)", "INSERT INTO kept VALUES (1)");
  await first.stop();
  const second = await start({ folder });
  expect(await query(second, "SELECT a FROM kept")).toEqual([{ a: 1 }]);
});

test("kill -9 loses no acknowledged row, and the next start waits for the folder", async () => {
  const first = await start({ folder });
  await query(first, "CREATE TABLE kept (a int PRIMARY KEY, note text)");
  const client = new pg.Client({ connectionString: first.url });
  client.on("error", () => {});
  await client.connect();
  let acknowledged = 0;
  const writing = (async () => {
    for (;;) {
      await client.query(
        "INSERT INTO kept SELECT g, repeat('x', 500) FROM generate_series($1::int, $1::int + 99) g",
        [acknowledged],
      );
      acknowledged += 100;
      if (acknowledged === 2_000) process.kill(first.pid, "SIGKILL");
    }
  })();
  await expect(writing).rejects.toThrow();
  const second = await start({ folder });
  const [row] = await query(second, "SELECT count(*)::int AS rows, max(a) AS last FROM kept");
  expect(acknowledged).toBeGreaterThanOrEqual(2_000);
  expect([
    { rows: acknowledged, last: acknowledged - 1 },
    { rows: acknowledged + 100, last: acknowledged + 99 },
  ]).toContainEqual(row);
});

test("a second opener of the folder is refused, and the first goes on", async () => {
  const first = await start({ folder });
  await query(first, "CREATE TABLE kept (a int)");
  await expect(start({ folder, lockWaitMs: 200 })).rejects.toThrow(
    `another process has ${folder} open`,
  );
  expect(await query(first, "SELECT count(*)::int AS rows FROM kept")).toEqual([{ rows: 0 }]);
});

test("a first start that was cut short is begun anew", async () => {
  await mkdir(join(folder, "database", "base"), { recursive: true });
  await writeFile(join(folder, "database", "PG_VERSION"), "18\n");
  await writeFile(join(folder, "first-start-unfinished"), "");
  const server = await start({ folder });
  expect(await query(server, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a database that cannot be opened is left as it is, and the start fails", async () => {
  await mkdir(join(folder, "database"), { recursive: true });
  await writeFile(join(folder, "database", "PG_VERSION"), "9\n");
  await expect(start({ folder })).rejects.toThrow("the embedded Postgres did not start");
  await rm(join(folder, "database", "PG_VERSION"));
});

test("in memory, two servers share nothing", async () => {
  const [first, second] = await Promise.all([start({}), start({})]);
  await query(first, "CREATE TABLE mine (a int)");
  await expect(query(second, "SELECT * FROM mine")).rejects.toMatchObject({ code: "42P01" });
});
