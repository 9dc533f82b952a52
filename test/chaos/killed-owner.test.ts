import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { aHome, type TestHome } from "../support/homes/cli.ts";
import { descendantsOf } from "../support/homes/process-tree.ts";
import { recentDays } from "../support/samples/recent-days.ts";
import { startTruthServer, type TruthServer } from "../support/servers/truth-server.ts";
import { difference, noDifference, rowsOf, truthRows } from "../support/stores/visible-rows.ts";
import { isAlive, waitUntil } from "../support/wait-until.ts";
import { sizes } from "./world.ts";

const site = "sc-domain:killed.example";
/** More of them: GSC_SYNC_CHAOS_ROUNDS=20. */
const rounds = Number(process.env.GSC_SYNC_CHAOS_ROUNDS ?? 2);

/** The big days and the empty one, and so many small ones that most of a run is still to come. */
const sizesOfRound = [...sizes, ...Array.from({ length: 48 }, (_, index) => 5 + index)];
const dates = recentDays(sizesOfRound.length);
const range = ["--site-url", site, "--from", dates[0] ?? "", "--to", dates.at(-1) ?? ""];

/** A kill that comes when all is done is no kill: the round is tried again, so often. */
const mostTries = 5;

describe("kill -9 at any moment, then resume", () => {
  test.each([
    ["of the owner", false],
    ["of every process at once", true],
  ])(
    "%s: the server's rows, and no unit that was complete fetched again",
    { timeout: rounds * 250_000 },
    async (_name, everything) => {
      for (let round = 1; round <= rounds; round += 1) {
        let struck = false;
        for (let tries = 1; !struck; tries += 1) {
          expect(tries, "every kill came too late").toBeLessThanOrEqual(mostTries);
          struck = await inNewHome((home, server) => killAndResume(home, server, everything));
        }
      }
    },
  );
});

/** A home and a site of their own, so that what an earlier round stored proves nothing. */
async function inNewHome<Answer>(
  work: (home: TestHome, server: TruthServer) => Promise<Answer>,
): Promise<Answer> {
  const days = Object.fromEntries(dates.map((date, index) => [date, sizesOfRound[index] ?? 0]));
  const server = await startTruthServer({ days, latencyMs: 200 });
  const home = await aHome({ GSC_API_ROOT_URL: server.url });
  try {
    return await work(home, server);
  } finally {
    await home.remove();
    await server.stop();
  }
}

/** False: the run had already ended, or had not yet begun, when the kill came. */
async function killAndResume(
  home: TestHome,
  server: TruthServer,
  everything: boolean,
): Promise<boolean> {
  const shape = ["--concurrency", "3", "--batch-size", "4", "--json"];
  const run = home.start("backfill", ...range, ...shape);
  await waitUntil("it fetches", () => server.seen.length > 0);
  await delay(500 + Math.random() * 3_000);
  const owner = run.child.pid ?? 0;
  const pids = descendantsOf(owner);
  for (const pid of everything ? [owner, ...pids] : [owner]) killIfAlive(pid);
  await run.finished;
  await waitUntil("its processes are gone", () => pids.every((pid) => !isAlive(pid)));

  const { json } = await home.run("status", "--json");
  const { runId, status } = json.runs[0];
  const flipped = await completeDates(home, runId);
  if (status === "complete" || flipped.length === 0) return false;

  server.forget();
  const resumed = await home.run("resume", runId, "--json");
  expect(`${resumed.code} ${resumed.json?.status} ${resumed.stderr}`).toMatch(/^0 complete /);
  expect(resumed.json.units).toMatchObject({ complete: dates.length, failed: 0 });
  const asked = new Set(server.seen.map(({ date }) => date));
  expect(flipped.filter((date) => asked.has(date))).toEqual([]);
  expect(dates.filter((date) => !asked.has(date))).toEqual(flipped);
  const rows = await rowsOf(home, range);
  expect(difference(rows, truthRows(server, dates))).toEqual(noDifference);
  return true;
}

/** Days that this run has made visible, by date. */
async function completeDates(home: TestHome, runId: string): Promise<readonly string[]> {
  const { json } = await home.run("units", ...range, "--json");
  const units: readonly { date: string; status: string; runId: string }[] = json.units;
  return units.flatMap((unit) =>
    unit.status === "complete" && unit.runId === runId ? [unit.date] : [],
  );
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}
