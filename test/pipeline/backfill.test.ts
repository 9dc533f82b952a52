import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestHome } from "../support/homes/cli.ts";
import { aKeptHome } from "../support/homes/kept-home.ts";
import { recentDays } from "../support/samples/recent-days.ts";
import { startTruthServer, type TruthServer } from "../support/servers/truth-server.ts";
import { difference, noDifference, rowsOf, truthRows } from "../support/stores/visible-rows.ts";

const site = "sc-domain:example.com";
const sizes = [0, 1, 24_999, 25_000, 25_001, 50_000, 3];
const dates = recentDays(sizes.length);
const [from = "", to = ""] = [dates[0], dates.at(-1)];
const range = ["--site-url", site, "--from", from, "--to", to];

describe("a backfill of days of every size, from a server that is not ours", () => {
  let server: TruthServer;
  let home: TestHome;

  beforeAll(async () => {
    server = await startTruthServer({
      days: Object.fromEntries(dates.map((date, index) => [date, sizes[index] ?? 0])),
    });
    home = await aKeptHome({ GSC_API_ROOT_URL: server.url });
  });

  afterAll(async () => {
    await server.stop();
    await home.remove();
  });

  test("stores every row once, as the server has it", async () => {
    const run = await home.run("backfill", ...range, "--json");
    expect(run.stderr).not.toMatch(/error/i);
    expect(run.code).toBe(0);
    expect(run.json).toMatchObject({
      status: "complete",
      siteUrl: site,
      rows: 125_004,
      pages: 10,
      requests: 10,
      retries: 0,
      duplicates: 0,
      units: { planned: 7, complete: 7, failed: 0, skipped: 0 },
    });
    expect(difference(await rowsOf(home, range), truthRows(server, dates))).toEqual(noDifference);
  });

  test("asks one request a page, and one more after a full page below the cap", async () => {
    const asked = server.seen.map(({ date, startRow }) => `${dates.indexOf(date)}:${startRow}`);
    expect(asked.sort()).toEqual(
      ["0:0", "1:0", "2:0", "3:0", "3:25000", "4:0", "4:25000", "5:0", "5:25000", "6:0"].sort(),
    );
  });

  test("sends nothing for what is final, and with --force leaves the same rows and hashes", async () => {
    const hashes = await hashesOf(home);
    server.forget();
    const again = await home.run("backfill", ...range, "--json");
    expect(again.code).toBe(0);
    expect(again.json).toMatchObject({
      status: "complete",
      requests: 0,
      units: { planned: 0, complete: 0, failed: 0, skipped: 7 },
    });
    expect(server.seen).toEqual([]);

    // All but the largest day: of two full pages there is another.
    const most = ["--site-url", site, "--from", from, "--to", dates[4] ?? ""];
    const forced = await home.run("backfill", ...most, "--force", "--json");
    expect(forced.json).toMatchObject({ status: "complete", units: { planned: 5, skipped: 0 } });
    expect(await hashesOf(home)).toEqual(hashes);
    expect(difference(await rowsOf(home, range), truthRows(server, dates))).toEqual(noDifference);
  });

  test("says what is complete, unit by unit", async () => {
    const { json } = await home.run("units", ...range, "--json");
    expect(json.units.map((unit: { rows: number }) => unit.rows)).toEqual(sizes);
    expect(json.units[5]).toMatchObject({
      date: dates[5],
      report: "page_query",
      status: "complete",
      pages: 2,
      final: true,
      capped: true,
    });
  });
});

async function hashesOf(home: TestHome): Promise<readonly string[]> {
  const { json } = await home.run("units", ...range, "--json");
  return json.units.map((unit: { hash: string }) => unit.hash);
}
