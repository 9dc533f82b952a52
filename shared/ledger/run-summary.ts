import { percentile } from "../lib/percentile.ts";
import type { Batch, BatchUnit } from "./batch.ts";
import { isEnded, type Run, type RunStatus } from "./run.ts";
import type { TakeFigures } from "./take-figures.ts";

/** A run as commands print it; the JSON contract of the command line. */
export type RunSummary = {
  readonly runId: string;
  readonly status: RunStatus;
  readonly reason: string | null;
  /** Until when a waiting run waits (UTC, ISO 8601). */
  readonly waitingUntil: string | null;
  /** Since when it finds a store or the event bus away (UTC, ISO 8601). */
  readonly outageSince: string | null;
  readonly siteUrl: string;
  readonly accountId: string;
  readonly from: string;
  readonly to: string;
  readonly reports: readonly string[];
  readonly concurrency: number;
  /** Page requests sent, retries included. */
  readonly requests: number;
  /** Page requests that the units' records stand for. */
  readonly pages: number;
  readonly rows: number;
  readonly units: {
    readonly planned: number;
    readonly complete: number;
    readonly failed: number;
    readonly skipped: number;
  };
  /** Rows that Google's pages repeated; stored once. */
  readonly duplicates: number;
  readonly durationMs: number;
  /** Page requests in a rolling 60 s. */
  readonly qpm: { readonly average: number; readonly peak: number };
  readonly batch: {
    readonly count: number;
    readonly p50Ms: number;
    readonly p95Ms: number;
    readonly p99Ms: number;
  };
  readonly queue: { readonly peak: number };
  readonly inFlight: { readonly peak: number };
  readonly quota: {
    readonly approaching: number;
    readonly exceeded: number;
    readonly deferred: number;
  };
  readonly retries: number;
  /** The largest worker's resident set. */
  readonly memoryPeakMb: number;
};

/** Adds a run's figures up from its batches. Pure; the same for a run that is going on. */
export function summariseRun(run: Run, batches: readonly Batch[], nowMs: number): RunSummary {
  const units = batches.flatMap((batch) => batch.units);
  const apart = batches.flatMap((batch) => Object.values(batch.takes));
  const earlier = batches.flatMap((batch) => batch.earlier ?? []);
  const takes = [...apart, ...earlier];
  const pages = sum(units, (unit) => unit.figures?.pages ?? 0);
  // A take that was killed may not have said what it sent last; each page was sent at least once.
  const requests = Math.max(
    sum(takes, (take) => take.requests),
    pages,
  );
  const stretchMs = run.activeSinceMs === null ? 0 : Math.max(nowMs - run.activeSinceMs, 0);
  const durationMs = run.activeMs + stretchMs;
  const durations = apart.map((take) => take.durationMs).sort((a, b) => a - b);
  return {
    runId: run.runId,
    status: run.status,
    reason: run.reason,
    waitingUntil:
      run.status === "waiting" && run.waitingUntilMs !== null
        ? new Date(run.waitingUntilMs).toISOString()
        : null,
    outageSince:
      isEnded(run.status) || typeof run.outageSinceMs !== "number"
        ? null
        : new Date(run.outageSinceMs).toISOString(),
    siteUrl: run.siteUrl,
    accountId: run.accountId,
    from: run.from,
    to: run.to,
    reports: run.reports,
    concurrency: run.concurrency,
    requests,
    pages,
    rows: sum(units, (unit) => unit.figures?.rows ?? 0),
    units: {
      planned: run.plannedUnits,
      complete: countUnits(units, "done"),
      failed: countUnits(units, "failed"),
      skipped: run.skippedUnits,
    },
    duplicates: sum(units, (unit) => unit.figures?.duplicates ?? 0),
    durationMs,
    qpm: {
      average: Math.round(requests / Math.max(durationMs / 60_000, 1)),
      peak: rollingMinutePeak(takes),
    },
    batch: {
      count: durations.length + sum(earlier, ({ count }) => count),
      p50Ms: percentile(durations, 0.5),
      p95Ms: percentile(durations, 0.95),
      p99Ms: percentile(durations, 0.99),
    },
    queue: { peak: run.queuePeak },
    inFlight: { peak: run.inFlightPeak },
    quota: {
      approaching: sum(takes, (take) => take.approaching ?? 0),
      exceeded: sum(takes, (take) => take.exceeded),
      deferred: sum(takes, (take) => take.deferred),
    },
    retries: sum(takes, (take) => take.retries),
    memoryPeakMb: Math.max(0, ...takes.map((take) => take.memoryMb)),
  };
}

function countUnits(units: readonly BatchUnit[], status: BatchUnit["status"]): number {
  return units.filter((unit) => unit.status === status).length;
}

function sum<T>(items: readonly T[], figure: (item: T) => number): number {
  return items.reduce((total, item) => total + figure(item), 0);
}

/** Most requests in any 60 whole seconds. */
function rollingMinutePeak(takes: readonly TakeFigures[]): number {
  const bySecond = new Map<number, number>();
  for (const take of takes) {
    for (const [second, sent] of Object.entries(take.sentBySecond)) {
      bySecond.set(Number(second), (bySecond.get(Number(second)) ?? 0) + sent);
    }
  }
  const seconds = [...bySecond.keys()].sort((a, b) => a - b);
  let peak = 0;
  let inWindow = 0;
  let oldest = 0;
  for (const second of seconds) {
    inWindow += bySecond.get(second) ?? 0;
    for (
      let first = seconds[oldest] ?? second;
      second - first >= 60;
      first = seconds[oldest] ?? second
    ) {
      inWindow -= bySecond.get(first) ?? 0;
      oldest += 1;
    }
    peak = Math.max(peak, inWindow);
  }
  return peak;
}
