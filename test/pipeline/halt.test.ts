import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { statisticsOf } from "../../shared/telemetry/statistics.ts";
import type { TestHome } from "../support/homes/cli.ts";
import { aKeptHome } from "../support/homes/kept-home.ts";
import { readMetricStatistics } from "../support/homes/read-metrics.ts";
import { recentDays } from "../support/samples/recent-days.ts";
import { startTruthServer, type TruthServer } from "../support/servers/truth-server.ts";
import { openLedgerOf } from "../support/stores/open-ledger-of.ts";
import { waitUntil } from "../support/wait-until.ts";

/** `GSC_SYNC_HALT_TRIES=20` measures as often as a person who wants to know would. */
const tries = Number(process.env.GSC_SYNC_HALT_TRIES ?? 2);
const limitMs = 5_000;
const aimMs = 1_000;

const dates = recentDays(400);
const range = ["--from", dates[0] ?? "", "--to", dates.at(-1) ?? ""];

let server: TruthServer;
let home: TestHome;

beforeAll(async () => {
  server = await startTruthServer({ days: {}, latencyMs: 80 });
  home = await aKeptHome({ GSC_API_ROOT_URL: server.url });
}, 180_000);

afterAll(async () => {
  await home.remove();
  await server.stop();
});

test(`no request starts later than ${limitMs} ms after a halt, in ${tries} tries`, {
  timeout: tries * 150_000,
}, async () => {
  const ledger = await openLedgerOf(home);
  const latestMs: number[] = [];
  const fromMs = Date.now();
  for (let index = 1; index <= tries; index += 1) {
    server.forget();
    const siteUrl = `sc-domain:halt-${index}.example`;
    const run = home.start(
      "backfill",
      "--site-url",
      siteUrl,
      ...range,
      "--concurrency",
      "5",
      "--json",
    );
    await waitUntil("requests are sent", () => server.seen.length >= 30);
    const [newest] = await ledger.listRuns(1);
    if (newest === undefined) throw new Error("there is no run");
    const halted = await home.run("halt", newest.runId, "--json");
    expect(halted.json).toMatchObject({ runId: newest.runId, status: "halted" });
    expect((await run.finished).code).toBe(1);
    const haltedAtMs = (await ledger.readRun(newest.runId))?.haltedAtMs ?? Number.NaN;
    // It was in the middle of its work: a run that had nothing left would prove nothing.
    expect(halted.json.units.complete).toBeLessThan(dates.length);
    const starts = server.seen.map(({ atMs }) => atMs);
    expect(starts.some((atMs) => atMs < haltedAtMs)).toBe(true);
    latestMs.push(Math.max(...starts) - haltedAtMs);
  }
  const query = { fromMs, toMs: Date.now() + 60_000, names: ["HaltDuration"] };
  const measured = await waitUntil(
    "each halt's duration is kept",
    async () => {
      const { HaltDuration } = await readMetricStatistics(join(home.folder, "telemetry"), query);
      return HaltDuration?.count === tries ? HaltDuration : undefined;
    },
    30_000,
  );
  const { max = Number.NaN, p50 = Number.NaN } = statisticsOf(latestMs) ?? {};
  const aimed = latestMs.filter((ms) => ms < aimMs).length;
  console.info(
    `latest request start after a halt: ${latestMs.join(", ")} ms; median ${p50}, largest ${max}; ${aimed} of ${tries} under ${aimMs} ms; HaltDuration median ${measured.p50}, largest ${measured.max} ms`,
  );
  expect(max).toBeLessThan(limitMs);
});
