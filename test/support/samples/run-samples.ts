import type { ProgressSnapshot } from "../../../cli/output/views/progress-view.ts";
import type { Run } from "../../../shared/ledger/run.ts";
import type { RunSummary } from "../../../shared/ledger/run-summary.ts";
import { type PacificDate, parsePacificDate } from "../../../shared/request/pacific-date.ts";

export const sampleNowMs = Date.UTC(2026, 10, 21, 12, 0, 0);

/** A run in full swing: half of its 150 units after a minute. */
export function sampleRun(changes: Partial<Run> = {}): Run {
  return {
    runId: "backfill-20261121-120000",
    siteUrl: "sc-domain:example.com",
    accountId: "default",
    from: date("2026-06-22"),
    to: date("2026-11-18"),
    reports: ["page_query"],
    force: false,
    keepAutoSync: false,
    haltOnFailure: false,
    qpm: null,
    concurrency: 3,
    batchSize: 50,
    maxQueueSize: 1_000,
    maxInFlight: 10,
    status: "running",
    reason: null,
    haltsAs: null,
    execution: "execution-1",
    predecessor: null,
    plannedUnits: 150,
    skippedUnits: 0,
    batches: 20,
    admitted: 20,
    next: 8,
    returned: [],
    inFlight: {
      b000005: { token: 11, untilMs: sampleNowMs + 20_000 },
      b000006: { token: 12, untilMs: sampleNowMs + 20_000 },
      b000007: { token: 0, untilMs: sampleNowMs + 20_000 },
    },
    queuePeak: 19,
    inFlightPeak: 5,
    waitingUntilMs: null,
    startedAtMs: sampleNowMs - 65_000,
    updatedAtMs: sampleNowMs,
    endedAtMs: null,
    haltedAtMs: null,
    activeMs: 0,
    activeSinceMs: sampleNowMs - 65_000,
    ...changes,
  };
}

export function sampleSummary(changes: Partial<RunSummary> = {}): RunSummary {
  return {
    runId: "backfill-20261121-120000",
    status: "complete",
    reason: null,
    waitingUntil: null,
    outageSince: null,
    siteUrl: "sc-domain:example.com",
    accountId: "default",
    from: "2026-06-22",
    to: "2026-11-18",
    reports: ["page_query"],
    concurrency: 3,
    requests: 153,
    pages: 150,
    rows: 245_310,
    units: { planned: 150, complete: 150, failed: 0, skipped: 0 },
    duplicates: 0,
    durationMs: 24_600,
    qpm: { average: 153, peak: 153 },
    batch: { count: 21, p50Ms: 1_240, p95Ms: 3_900, p99Ms: 4_130 },
    queue: { peak: 19 },
    inFlight: { peak: 5 },
    quota: { approaching: 0, exceeded: 0, deferred: 0 },
    retries: 0,
    memoryPeakMb: 212,
    ...changes,
  };
}

export function sampleSnapshot(
  run: Partial<Run> = {},
  summary: Partial<RunSummary> = {},
): ProgressSnapshot {
  return {
    run: sampleRun(run),
    summary: sampleSummary({
      status: run.status ?? "running",
      units: { planned: 150, complete: 75, failed: 0, skipped: 0 },
      rows: 122_655,
      ...summary,
    }),
    qpmNow: 812,
    budget: 940,
    history: [
      { atMs: sampleNowMs - 40_000, units: 0, rows: 0 },
      { atMs: sampleNowMs - 20_000, units: 25, rows: 42_655 },
    ],
  };
}

function date(text: string): PacificDate {
  const parsed = parsePacificDate(text);
  if (parsed === undefined) throw new Error(`${text} is not a date`);
  return parsed;
}
