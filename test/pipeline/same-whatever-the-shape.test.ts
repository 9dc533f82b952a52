import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aHome, type StartedCommand, type TestHome } from "../support/cli.ts";
import { recentDays } from "../support/recent-days.ts";
import { startTruthServer, type TruthServer } from "../support/truth-server.ts";
import { difference, noDifference, rowsOf, truthRows } from "../support/visible-rows.ts";
import { waitUntil } from "../support/wait-until.ts";

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
  let keeper: StartedCommand;
  let firstHashes: readonly string[] | undefined;

  beforeAll(async () => {
    server = await startTruthServer({
      days: Object.fromEntries(dates.map((date, index) => [date, index * 3])),
      latencyMs: 5,
    });
    home = await aHome({ GSC_API_ROOT_URL: server.url });
    keeper = home.start("resources", "--keep", "--json");
    await waitUntil("the servers are up", () => keeper.stdout().includes("}"), 30_000);
  });

  afterAll(async () => {
    keeper.child.kill("SIGINT");
    const { code } = await keeper.finished;
    await server.stop();
    await home.remove();
    expect(code).toBe(0);
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
      expect(server.seen.map((request) => request.date).sort()).toEqual([...dates].sort());

      const { json } = await home.run("units", ...range, "--json");
      const hashes = json.units.map((unit: { hash: string }) => unit.hash);
      firstHashes ??= hashes;
      expect(hashes).toEqual(firstHashes);
    },
  );

  test("one worker asks one request at a time, in plan order", async () => {
    server.forget();
    await home.run("backfill", ...range, "--concurrency", "1", "--force", "--json");
    expect(server.seen.map((request) => request.date)).toEqual(dates);
    expect(server.mostAtOnce()).toBe(1);
  });

  test("the rows are the server's", async () => {
    expect(difference(await rowsOf(home, range), truthRows(server, dates))).toEqual(noDifference);
  });
});
