import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestHome } from "../support/homes/cli.ts";
import { aKeptHome } from "../support/homes/kept-home.ts";
import { recentDays } from "../support/samples/recent-days.ts";
import { startTruthServer, type TruthServer } from "../support/servers/truth-server.ts";
import { difference, noDifference, rowsOf, truthRows } from "../support/stores/visible-rows.ts";

const dates = recentDays(24);
const range = [
  "--site-url",
  "sc-domain:example.com",
  "--from",
  dates[0] ?? "",
  "--to",
  dates.at(-1) ?? "",
];

const shapes = [
  { concurrency: 1, batchSize: 1 },
  { concurrency: 1, batchSize: 50 },
  { concurrency: 3, batchSize: 7 },
  { concurrency: 5, batchSize: 1 },
  { concurrency: 5, batchSize: 50 },
];

describe("the same days fetched with any number of workers and any batch size", () => {
  let server: TruthServer;
  let home: TestHome;
  let firstHashes: readonly string[] | undefined;

  beforeAll(async () => {
    server = await startTruthServer({
      days: Object.fromEntries(dates.map((date, index) => [date, index * 3])),
      latencyMs: 5,
    });
    home = await aKeptHome({ GSC_API_ROOT_URL: server.url });
  });

  afterAll(async () => {
    await server.stop();
    await home.remove();
  });

  test.each(shapes)(
    "concurrency $concurrency, batch size $batchSize: same hashes, same rows",
    async (shape) => {
      server.forget();
      const { concurrency, batchSize } = shape;
      const sizes = ["--concurrency", String(concurrency), "--batch-size", String(batchSize)];
      const run = await home.run("backfill", ...range, ...sizes, "--force", "--json");
      expect(run.code).toBe(0);
      expect(run.json).toMatchObject({ status: "complete", concurrency, requests: dates.length });
      expect(run.json.inFlight.peak).toBeLessThanOrEqual(10);
      const asked = server.seen.map((request) => request.date);
      expect([...asked].sort()).toEqual([...dates].sort());
      if (concurrency === 1) {
        // One request at a time, in plan order.
        expect(asked).toEqual(dates);
        expect(server.mostAtOnce()).toBe(1);
      }

      const { json } = await home.run("units", ...range, "--json");
      const hashes = json.units.map((unit: { hash: string }) => unit.hash);
      firstHashes ??= hashes;
      expect(hashes).toEqual(firstHashes);
    },
  );

  test("the rows are the server's", async () => {
    expect(difference(await rowsOf(home, range), truthRows(server, dates))).toEqual(noDifference);
  });
});
