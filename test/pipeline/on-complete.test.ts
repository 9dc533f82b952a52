import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SyncEvent, SyncEventSchema } from "../../shared/events/sync-event.ts";
import { aHome, type TestHome } from "../support/homes/cli.ts";
import { aKeptHome, keepServers } from "../support/homes/kept-home.ts";
import { recentDays } from "../support/samples/recent-days.ts";
import { startTruthServer, type TruthServer } from "../support/servers/truth-server.ts";
import { waitUntil } from "../support/wait-until.ts";

const dates = recentDays(12);
const range = ["--from", dates[0] ?? "", "--to", dates.at(-1) ?? ""];
const backfill = (siteUrl: string) => ["backfill", "--site-url", siteUrl, ...range, "--json"];
const rowsAt = (index: number) => 5 + index;

const days = Object.fromEntries(dates.map((date, index) => [date, rowsAt(index)]));

/** A file for a command to append its events to, and the events in it. */
function aJournal(home: TestHome, name: string) {
  const journal = join(home.folder, "..", name);
  const delivered = (): readonly SyncEvent[] => {
    try {
      const lines = readFileSync(journal, "utf8").trimEnd().split("\n");
      return lines.map((line) => SyncEventSchema.parse(JSON.parse(line)));
    } catch {
      return [];
    }
  };
  return { journal, delivered };
}

/** Dates of units, each once however often it was delivered. */
function datesOf(events: readonly SyncEvent[]): readonly string[] {
  return [
    ...new Set(events.flatMap((event) => (event.kind === "unit" ? [event.date] : []))),
  ].sort();
}

describe("--on-complete", () => {
  let server: TruthServer;
  let home: TestHome;

  beforeAll(async () => {
    server = await startTruthServer({ days });
    home = await aKeptHome({ GSC_API_ROOT_URL: server.url });
  });
  afterAll(async () => {
    await home.remove();
    await server.stop();
  });

  test("gets each unit and then the run, each once", { timeout: 180_000 }, async () => {
    const { journal, delivered } = aJournal(home, "each");
    const run = await home.run(
      ...backfill("sc-domain:example.com"),
      "--on-complete",
      `cat >> ${journal}`,
    );
    expect(`${run.code} ${run.stderr.includes("--on-complete")}`).toBe("0 false");
    const events = delivered();
    expect(events).toHaveLength(13);
    expect(datesOf(events)).toEqual(dates);
    for (const event of events) {
      if (event.kind !== "unit") continue;
      expect(event).toMatchObject({
        runId: run.json.runId,
        status: "complete",
        rows: rowsAt(dates.indexOf(event.date)),
        pages: 1,
        generation: expect.any(Number),
      });
    }
    const { version, kind, eventId, ...summary } = Object(events.at(-1));
    expect([version, kind, eventId]).toEqual([1, "run", `${run.json.runId}/run/${run.json.runId}`]);
    expect(summary).toEqual(run.json);
  });

  test("that fails exits 1, touches no data, and resume goes on with what is left", {
    timeout: 180_000,
  }, async () => {
    const { journal, delivered } = aJournal(home, "fussy");
    const mended = `${journal}.mended`;
    const fussy = `test $(wc -l < ${journal} || echo 0) -lt 3 -o -e ${mended} && cat >> ${journal}`;
    const command = `touch ${journal}; ${fussy}`;
    const run = await home.run(...backfill("sc-domain:fussy.example"), "--on-complete", command);
    expect(run.code).toBe(1);
    expect(run.json).toMatchObject({ status: "complete", units: { complete: 12 } });
    expect(run.stderr.match(/--on-complete: the command failed 3 times/g)).toHaveLength(1);
    expect(delivered()).toHaveLength(3);
    const resumed = await home.run(
      "resume",
      run.json.runId,
      "--json",
      "--on-complete",
      `cat >> ${journal}`,
    );
    expect(resumed.code).toBe(0);
    expect(delivered()).toHaveLength(13);
    expect(datesOf(delivered())).toEqual(dates);
  });

  test("of a sync gets the events of its runs", { timeout: 240_000 }, async () => {
    const { journal, delivered } = aJournal(home, "synced");
    const added = ["sc-domain:one.example", "sc-domain:two.example"];
    for (const siteUrl of added) await home.run("properties", "add", siteUrl);
    const synced = await home.run("sync", "--json", "--on-complete", `cat >> ${journal}`);
    expect(synced.code).toBe(0);
    const runs = delivered().filter(({ kind }) => kind === "run");
    expect(runs.map(({ siteUrl }) => siteUrl).sort()).toEqual(added);
    const planned = runs.map((event) => (event.kind === "run" ? event.units.planned : 0));
    expect(delivered()).toHaveLength(2 + planned.reduce((sum, units) => sum + units, 0));
  });
});

describe("--on-complete of a command whose home is its own", () => {
  let server: TruthServer;
  let home: TestHome;

  beforeAll(async () => {
    server = await startTruthServer({ days, holdAfter: 5 });
    home = await aHome({ GSC_API_ROOT_URL: server.url });
  });
  afterAll(async () => {
    await home.remove();
    await server.stop();
  });

  test("has every unit and the run, though all was killed in the middle", {
    timeout: 240_000,
  }, async () => {
    const { journal, delivered } = aJournal(home, "killed");
    const command = ["--on-complete", `cat >> ${journal}`];
    const run = home.start(...backfill("sc-domain:example.com"), "--concurrency", "2", ...command);
    await waitUntil("some units are delivered", () => delivered().length >= 2);
    run.child.kill("SIGKILL");
    await run.finished;
    server.release();
    await keepServers(home);
    const { json } = await home.run("status", "--json");
    const resumed = await home.run("resume", json.runs[0].runId, "--json", ...command);
    expect(`${resumed.code} ${resumed.json?.status}`).toBe("0 complete");
    expect(datesOf(delivered())).toEqual(dates);
    expect(delivered().at(-1)).toMatchObject({ kind: "run", status: "complete" });
    const units = delivered().filter(({ kind }) => kind === "unit");
    expect(units.length).toBeLessThanOrEqual(dates.length + 5);
  });
});
