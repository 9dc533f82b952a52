import type {
  MeasuredRun,
  RolloutFigures,
} from "../../../shared/operations/rollout/rollout-figures.ts";
import { addDays } from "../../../shared/request/pacific-date.ts";
import type { MetricValue } from "../../../shared/telemetry/metric-source.ts";
import { pacific } from "./pacific.ts";
import { sampleSummary } from "./run-samples.ts";

const startedAtMs = Date.UTC(2026, 10, 22, 1, 0, 0);
const from = pacific("2026-06-22");

/** A rollout of 150 days that went well: 150 s one by one, 15 s concurrently. */
export function sampleFigures(changes: Partial<RolloutFigures> = {}): RolloutFigures {
  const days = Array.from({ length: 150 }, (_, index) => {
    const rows = 1_000 + ((index * 37) % 200);
    const date = addDays(from, index);
    return { date, sequentialRows: rows, concurrentRows: rows, difference: null };
  });
  return {
    rolloutId: "rollout-1",
    stage: "local",
    siteUrl: "sc-domain:example.com",
    accountId: "default",
    from,
    to: addDays(from, 149),
    asked: {
      concurrency: 3,
      maxQueueSize: 1_000,
      maxInFlight: 10,
      forced: true,
      keepAutoSync: false,
    },
    startedAtMs,
    endedAtMs: startedAtMs + 180_000,
    nightlySync: "paused until the rollout ends",
    sequential: aMeasuredRun(startedAtMs, 150_000, 1),
    concurrent: aMeasuredRun(startedAtMs + 160_000, 15_000, 3),
    compared: { days, missingPages: 0, doubledPages: 0 },
    settled: [],
    leftInFlight: 0,
    qpmLimit: 1_200,
    ...changes,
  };
}

export function aMeasuredRun(atMs: number, durationMs: number, workers: number): MeasuredRun {
  const series = (value: (share: number) => number): readonly MetricValue[] =>
    Array.from({ length: 60 }, (_, index) => ({
      fromMs: atMs + (durationMs * index) / 60,
      value: Math.round(value(index / 60)),
    }));
  return {
    summary: sampleSummary({
      runId: `run-${workers}`,
      concurrency: workers,
      durationMs,
      requests: 150,
      rows: 160_000,
      units: { planned: 150, complete: 150, failed: 0, skipped: 0 },
      qpm: { average: 60 * workers, peak: 80 * workers },
      batch: { count: 40, p50Ms: 2_100, p95Ms: 4_000, p99Ms: 4_300 },
      queue: { peak: 9 * workers },
      inFlight: { peak: workers + 2 },
      memoryPeakMb: 150,
    }),
    startedAtMs: atMs,
    endedAtMs: atMs + durationMs,
    workers,
    workedMs: durationMs * workers * 0.9,
    series: {
      queueSize: series((share) => 9 * workers * (1 - share)),
      inFlight: series(() => workers + 2),
      usage: series((share) => 150 * share),
      steadyQueue: 4.5 * workers,
      batches: 40,
    },
  };
}
