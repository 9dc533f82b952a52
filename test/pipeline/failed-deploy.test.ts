import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { schemaVersion } from "../../shared/rows/postgres-schema.ts";
import { copyExpandedSource, expanded } from "../support/expanded-source.ts";
import { aHome, type TestHome } from "../support/homes/cli.ts";
import { startPostgresServer } from "../support/postgres/postgres-server.ts";
import { recentDays } from "../support/samples/recent-days.ts";
import { realPostgresFolder, startRealPostgres } from "../support/servers/real-postgres.ts";
import { startTruthServer, type TruthServer } from "../support/servers/truth-server.ts";
import { difference, noDifference, rowsOf, truthRows } from "../support/stores/visible-rows.ts";

// What CloudFormation does with a deploy that expands the schema and then fails: Create and Update by
// the code that is deployed, Update by the new one, then Update by the old one again. The emulator of
// the deploy check has no Aurora and no Postgres; there the same is done with rows in DynamoDB.

const site = "sc-domain:example.com";
const dates = recentDays(6);
const days = (first: number, last: number) =>
  ["--site-url", site, "--from", dates[first] ?? "", "--to", dates[last] ?? ""] as const;
const repository = join(import.meta.dirname, "../..");
const next = mkdtempSync(join(tmpdir(), "gsc-sync-next-"));

let postgres: { readonly url: string; stop(): Promise<void> };
let server: TruthServer;
let home: TestHome;
let nextHome: TestHome;

beforeAll(async () => {
  await copyExpandedSource(next);
  const programs = realPostgresFolder();
  postgres = await (programs === undefined ? startPostgresServer() : startRealPostgres(programs));
  server = await startTruthServer({ days: Object.fromEntries(dates.map((date) => [date, 30])) });
  const variables = { GSC_API_ROOT_URL: server.url, GSC_SYNC_POSTGRES_URL: postgres.url };
  home = await aHome(variables);
  nextHome = await aHome(variables, home.folder, next);
});

afterAll(async () => {
  await nextHome.remove();
  await home.remove();
  await server.stop();
  await postgres.stop();
  rmSync(next, { recursive: true });
});

test("a deploy that fails after its migration goes back to code that works, with every row", async () => {
  await migrate(repository, "Create");
  await backfill(home, 0, 1);

  await migrate(next, "Update");
  expect(await storedVersion()).toBe(expanded.schemaVersion);
  await backfill(nextHome, 2, 3);

  await migrate(repository, "Update");
  expect(await storedVersion()).toBe(expanded.schemaVersion);
  await backfill(home, 4, 5);
  const again = await home.run("backfill", ...days(0, 5), "--json");
  expect(again.json).toMatchObject({ status: "complete", units: { planned: 0, skipped: 6 } });
  expect(difference(await rowsOf(home, days(0, 5)), truthRows(server, dates))).toEqual(
    noDifference,
  );

  // The mended deploy.
  await migrate(next, "Update");
  expect(await storedVersion()).toBeGreaterThan(schemaVersion);
});

/** The custom resource's handler of this code, in a process of its own: fails as that does. */
async function migrate(source: string, RequestType: "Create" | "Update"): Promise<void> {
  const handler = pathToFileURL(join(source, "lambdas/handlers/migrate-schema.ts")).href;
  const call = `const { handler } = await import(${JSON.stringify(handler)});
    await handler({ RequestType: ${JSON.stringify(RequestType)} }, { functionName: "migrate-schema" });`;
  const env = { ...process.env, AWS_REGION: "us-east-1", GSC_SYNC_POSTGRES_URL: postgres.url };
  await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", call], { env });
}

async function backfill(from: TestHome, first: number, last: number): Promise<void> {
  const { code, stderr, json } = await from.run("backfill", ...days(first, last), "--json");
  expect(`${code} ${code === 0 ? "" : stderr}`).toBe("0 ");
  expect(json).toMatchObject({ status: "complete", rows: 60 });
}

async function storedVersion(): Promise<number> {
  const client = new pg.Client(postgres.url);
  await client.connect();
  const { rows } = await client.query("SELECT max(version)::int AS version FROM schema_version");
  await client.end();
  return rows[0].version;
}
