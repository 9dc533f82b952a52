import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestHome } from "../support/homes/cli.ts";
import { aKeptHome } from "../support/homes/kept-home.ts";
import { recentDays } from "../support/samples/recent-days.ts";
import { startTruthServer, type TruthServer } from "../support/servers/truth-server.ts";
import { difference, noDifference, rowsOf, truthRows } from "../support/stores/visible-rows.ts";

const site = "sc-domain:example.com";
const sizes = [0, 1, 2_600, 25_001];
const dates = recentDays(sizes.length);
const range = ["--site-url", site, "--from", dates[0] ?? "", "--to", dates.at(-1) ?? ""];

describe("a home with its rows in DynamoDB", () => {
  let server: TruthServer;
  let home: TestHome;

  beforeAll(async () => {
    server = await startTruthServer({
      days: Object.fromEntries(dates.map((date, index) => [date, sizes[index] ?? 0])),
    });
    home = await aKeptHome({ GSC_API_ROOT_URL: server.url, GSC_SYNC_ROW_STORE: "dynamodb" });
  });

  afterAll(async () => {
    await server.stop();
    await home.remove();
  });

  test("stores every row once, as the server has it, and starts no Postgres", async () => {
    const run = await home.run("backfill", ...range, "--json");
    expect(run.stderr).not.toMatch(/error/i);
    expect(run.code).toBe(0);
    expect(run.json).toMatchObject({
      status: "complete",
      rows: 27_602,
      pages: 5,
      duplicates: 0,
      units: { planned: 4, complete: 4, failed: 0, skipped: 0 },
    });
    expect(difference(await rowsOf(home, range), truthRows(server, dates))).toEqual(noDifference);
    const postgres = join(home.folder, "postgres");
    expect(existsSync(postgres) ? readdirSync(postgres) : []).toEqual([]);
  });

  test("says what is complete, and fetches none of it again", async () => {
    const { json } = await home.run("units", ...range, "--json");
    expect(json.units.map((unit: { rows: number }) => unit.rows)).toEqual(sizes);
    server.forget();
    const again = await home.run("backfill", ...range, "--json");
    expect(again.json).toMatchObject({ status: "complete", requests: 0, units: { skipped: 4 } });
    expect(server.seen).toEqual([]);
  });

  test("answers no SQL, and says why in one line", async () => {
    const { code, stderr } = await home.run("sql", "select 1");
    expect(code).toBe(2);
    expect(stderr.trim().split("\n")).toEqual([
      expect.stringContaining("sql needs a lake or a Postgres"),
    ]);
  });
});
