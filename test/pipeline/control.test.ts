import { afterEach, describe, expect, test } from "vitest";
import { aHome, type StartedCommand, type TestHome } from "../support/homes/cli.ts";
import { keepServers } from "../support/homes/kept-home.ts";
import { descendantsOf, listenersOf } from "../support/homes/process-tree.ts";
import { recentDays } from "../support/samples/recent-days.ts";
import { startTruthServer, type TruthServer } from "../support/servers/truth-server.ts";
import { difference, noDifference, rowsOf, truthRows } from "../support/stores/visible-rows.ts";
import { isAlive, waitUntil } from "../support/wait-until.ts";

const dates = recentDays(40);
const range = [
  "--site-url",
  "sc-domain:example.com",
  "--from",
  dates[0] ?? "",
  "--to",
  dates.at(-1) ?? "",
];

let server: TruthServer;
let home: TestHome;

afterEach(async () => {
  await home.remove();
  await server.stop();
});

/** A run that has stored some units and cannot end before the server is released. */
async function aRunUnderWay(): Promise<{ readonly run: StartedCommand; readonly runId: string }> {
  server = await startTruthServer({
    days: Object.fromEntries(dates.map((date, index) => [date, 20 + index])),
    holdAfter: 12,
  });
  home = await aHome({ GSC_API_ROOT_URL: server.url });
  const run = home.start("backfill", ...range, "--concurrency", "2", "--json");
  await waitUntil("the server holds requests", () => server.seen.length > 12, 50_000);
  const { json } = await home.run("status", "--json");
  return { run, runId: json.runs[0].runId };
}

async function expectTruth(): Promise<void> {
  expect(difference(await rowsOf(home, range), truthRows(server, dates))).toEqual(noDifference);
}

describe("beside a run that goes on", () => {
  test("status and rows work, a second run of the property is refused, halt stops it, resume ends it", async () => {
    const { run, runId } = await aRunUnderWay();

    const { json } = await home.run("status", runId, "--json");
    expect(json.runs).toHaveLength(1);
    expect(json.runs[0]).toMatchObject({ runId, status: "running", units: { planned: 40 } });
    const stored = await rowsOf(home, range);
    expect(difference(stored, truthRows(server, dates))).toMatchObject({ wrong: 0, doubled: 0 });

    const second = await home.run("backfill", ...range, "--json");
    expect(second.code).toBe(1);
    expect(second.stderr.trim().split("\n")).toHaveLength(1);
    expect(second.stderr).toContain(runId);

    const haltedAtMs = Date.now();
    const halted = await home.run("halt", runId, "--json");
    expect(halted.code).toBe(0);
    expect(halted.json).toMatchObject({ runId, status: "halted" });
    const ended = await run.finished;
    expect(ended.code).toBe(1);
    expect(ended.json).toMatchObject({ runId, status: "halted" });
    const lastStart = Math.max(...server.seen.map((request) => request.atMs));
    expect(lastStart - haltedAtMs).toBeLessThan(5_000);
    expect(ended.json.units.complete).toBeLessThan(40);

    server.release();
    await keepServers(home);
    const resumed = await home.run("resume", runId, "--json");
    expect(resumed.code).toBe(0);
    expect(resumed.json).toMatchObject({ runId, status: "complete", units: { complete: 40 } });
    await expectTruth();
    const again = await home.run("resume", runId, "--json");
    expect(again.code).toBe(0);
  });

  test("everything listens on this machine alone, and nothing is left when it ends", async () => {
    const { run } = await aRunUnderWay();
    const pids = [run.child.pid ?? 0, ...descendantsOf(run.child.pid ?? 0)];
    expect(pids.length).toBeGreaterThan(4);
    const listeners = listenersOf(pids);
    expect(listeners.length).toBeGreaterThanOrEqual(4);
    expect(listeners.filter((address) => address !== "127.0.0.1")).toEqual([]);

    run.child.kill("SIGINT");
    const ended = await run.finished;
    expect(ended.code).toBe(1);
    expect(ended.json).toMatchObject({ status: "halted" });
    await waitUntil("its processes are gone", () => pids.every((pid) => !isAlive(pid)));
  });
});

describe("a signal at any moment", () => {
  test("Ctrl-C before the run is planned halts it all the same", async () => {
    server = await startTruthServer({
      days: Object.fromEntries(dates.map((date) => [date, 20])),
      latencyMs: 400,
    });
    home = await aHome({ GSC_API_ROOT_URL: server.url });
    const keeper = home.start("resources", "--keep");
    await waitUntil("the servers are up", () => keeper.stdout() !== "");
    const run = home.start("backfill", ...range, "--concurrency", "1", "--json");
    setTimeout(() => run.child.kill("SIGINT"), 700);
    const ended = await run.finished;
    // On a slow machine the signal may come before the command could listen for it.
    const what = ended.signal ?? ended.json?.status ?? ended.stderr;
    expect(["halted", "SIGINT"]).toContain(what);
    expect(server.seen.length).toBeLessThan(dates.length / 2);
    keeper.child.kill("SIGINT");
    expect((await keeper.finished).code).toBe(0);
  });

  test.each(["SIGTERM", "SIGHUP"] as const)(
    "%s to every process of the command halts the run and ends clean",
    async (signal) => {
      const { run, runId } = await aRunUnderWay();
      const pids = [run.child.pid ?? 0, ...descendantsOf(run.child.pid ?? 0)];
      for (const pid of pids) process.kill(pid, signal);
      const ended = await run.finished;
      expect(ended.stderr).not.toContain("    at ");
      expect(ended.code).toBe(1);
      expect(ended.json).toMatchObject({ runId, status: "halted" });
      await waitUntil("its processes are gone", () => pids.every((pid) => !isAlive(pid)));
    },
  );
});

describe("a command that is killed outright", () => {
  test("leaves a run that resume takes over at once, without fetching complete units again", async () => {
    const { run, runId } = await aRunUnderWay();
    const pids = descendantsOf(run.child.pid ?? 0);
    run.child.kill("SIGKILL");
    await run.finished;
    await waitUntil("its servers are gone", () => pids.every((pid) => !isAlive(pid)));

    server.release();
    await keepServers(home);
    const { json } = await home.run("status", "--json");
    expect(json.runs[0]).toMatchObject({ runId, status: "halted" });
    const complete = json.runs[0].units.complete;

    const resumed = await home.run("resume", runId, "--json");
    expect(resumed.code).toBe(0);
    expect(resumed.json).toMatchObject({ runId, status: "complete", units: { complete: 40 } });
    await expectTruth();
    const repeated = server.seen.length - dates.length;
    // Two workers with five units each were in progress.
    expect(repeated).toBeLessThanOrEqual(10);
    expect(complete).toBeGreaterThan(0);
  });
});
