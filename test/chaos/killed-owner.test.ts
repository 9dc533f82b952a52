import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { aHome, type TestHome } from "../support/cli.ts";
import { descendantsOf } from "../support/process-tree.ts";
import type { TruthServer } from "../support/truth-server.ts";
import { isAlive, waitUntil } from "../support/wait-until.ts";
import { dates, expectWhole, rangeOf, startTruth } from "./world.ts";

const site = "sc-domain:killed.example";
/** More of them: GSC_SYNC_CHAOS_ROUNDS=20. */
const rounds = Number(process.env.GSC_SYNC_CHAOS_ROUNDS ?? 2);
/** Three workers with five units each. */
const mostUnderWay = 15;

let server: TruthServer;
let home: TestHome;

afterEach(async () => {
  await home.remove();
  await server.stop();
});

describe("kill -9 at any moment, then resume", () => {
  test.each([
    ["of the owner", false],
    ["of every process at once", true],
  ])(
    "%s: the server's rows, and only units under way fetched again",
    {
      timeout: rounds * 100_000,
    },
    async (_name, everything) => {
      server = await startTruth({ latencyMs: 200 });
      home = await aHome({ GSC_API_ROOT_URL: server.url });
      for (let round = 1; round <= rounds; round += 1) {
        server.forget();
        const shape = ["--concurrency", "3", "--batch-size", "4", "--force", "--json"];
        const run = home.start("backfill", ...rangeOf(site), ...shape);
        await waitUntil("it fetches", () => server.seen.length > 0, 60_000);
        await delay(Math.random() * 1_500);
        const owner = run.child.pid ?? 0;
        const pids = descendantsOf(owner);
        const victims = everything ? [owner, ...pids] : [owner];
        for (const pid of victims) killIfAlive(pid);
        await run.finished;
        await waitUntil("its processes are gone", () => pids.every((pid) => !isAlive(pid)));

        const { json } = await home.run("status", "--json");
        const resumed = await home.run("resume", json.runs[0].runId, "--json");
        await expectWhole(home, server, site, resumed);
        const asked = Map.groupBy(server.seen, ({ date, startRow }) => `${date} ${startRow}`);
        const again = [...asked.values()].filter((each) => each.length > 1);
        const fetchedAgain = new Set(again.map(([first]) => first?.date));
        expect(fetchedAgain.size).toBeLessThanOrEqual(mostUnderWay);
        expect(new Set(server.seen.map(({ date }) => date)).size).toBe(dates.length);
      }
    },
  );
});

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}
