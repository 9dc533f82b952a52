import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestHome } from "../support/homes/cli.ts";
import { aKeptHome } from "../support/homes/kept-home.ts";
import { recentDays } from "../support/samples/recent-days.ts";
import { startTruthServer, type TruthServer } from "../support/servers/truth-server.ts";
import { difference, noDifference, rowsOf, truthRows } from "../support/stores/visible-rows.ts";

const site = "sc-domain:example.com";
const sizes = [3, 40, 2_600, 7];
const dates = recentDays(sizes.length);
const range = ["--site-url", site, "--from", dates[0] ?? "", "--to", dates.at(-1) ?? ""];

describe("gsc-sync purge in a home", () => {
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

  const seen = async (days: readonly string[]) =>
    expect(difference(await rowsOf(home, range), truthRows(server, days))).toEqual(noDifference);

  test("deletes what is before a day, then says that there is nothing", async () => {
    expect((await home.run("backfill", ...range)).code).toBe(0);
    const purge = ["purge", site, "--before", dates[2] ?? "", "--yes"];
    const first = await home.run(...purge, "--json");
    expect(first.json).toEqual({
      ...{ siteUrl: site, before: dates[2], reports: null, units: 2, rows: 43 },
    });
    await seen(dates.slice(2));
    const again = await home.run(...purge);
    expect([again.code, again.stdout]).toEqual([0, `nothing to delete of ${site}\n`]);
  });

  test("killed at any moment and started again, deletes all, files too", async () => {
    await home.run("backfill", ...range);
    for (const afterMs of [300, 450, 600, 750]) {
      const killed = home.start("purge", site, "--yes");
      await sleep(afterMs);
      killed.child.kill("SIGKILL");
      await killed.finished;
    }
    const { code } = await home.run("purge", site, "--yes");
    expect(code).toBe(0);
    await seen([]);
    const { units } = (await home.run("units", ...range, "--json")).json;
    expect(units.map(({ status }: { status: string }) => status)).toEqual(Array(4).fill("missing"));
    expect(readdirSync(join(home.folder, "lake", "rows"))).toEqual([]);
    expect(existsSync(join(home.folder, "lake", "purges"))).toBe(true);
  });

  test("and a backfill later stores the same rows again", async () => {
    const { json } = await home.run("backfill", ...range, "--json");
    expect(json).toMatchObject({ status: "complete", units: { complete: 4, skipped: 0 } });
    await seen(dates);
  });
});
