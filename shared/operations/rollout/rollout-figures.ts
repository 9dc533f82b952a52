import type { RunSummary } from "../../ledger/run-summary.ts";
import type { PacificDate } from "../../request/pacific-date.ts";
import type { RunsCompared } from "./compare-runs.ts";
import type { RunSeries } from "./run-series.ts";
import type { SettledDay } from "./settle-differences.ts";

/** All that a rollout's report says, as it was recorded; times are epoch ms. */
export type RolloutFigures = {
  readonly rolloutId: string;
  readonly stage: string;
  readonly siteUrl: string;
  readonly accountId: string;
  readonly from: PacificDate;
  readonly to: PacificDate;
  readonly asked: AskedOfRollout;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly sequential: MeasuredRun;
  readonly concurrent: MeasuredRun;
  readonly compared: RunsCompared;
  readonly settled: readonly SettledDay[];
  /** Batches of the two runs that were still queued or in flight at the end. */
  readonly leftInFlight: number;
  /** What became of the property's nightly sync meanwhile. */
  readonly nightlySync: string;
  /** What Google allows the property a minute. */
  readonly qpmLimit: number;
};

export type AskedOfRollout = {
  readonly concurrency: number;
  readonly maxQueueSize: number;
  readonly maxInFlight: number;
  readonly forced: boolean;
  readonly keepAutoSync: boolean;
};

export type MeasuredRun = {
  readonly summary: RunSummary;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Workers at once: the smaller of its concurrency and the lever. */
  readonly workers: number;
  /** Working time of all workers together, ms, quota waits left out. */
  readonly workedMs: number;
  readonly series: RunSeries;
};

/** Ratio of the two runs' durations; null when there is nothing to divide by. */
export function speedupOf({ sequential, concurrent }: RunPair): number | null {
  const { durationMs } = concurrent.summary;
  return durationMs > 0 ? sequential.summary.durationMs / durationMs : null;
}

export type SpeedupParts = {
  /** Ratio of the workers that were busy at a time: the speed-up at equal parallelism a worker. */
  readonly workers: number;
  /** Ratio of the page requests in a worker's busy second: what it gains by several at once. */
  readonly sideBySide: number;
};

/**
 * Why a run was faster. The sequential path sends one request at a time, a concurrent worker several
 * side by side. With D duration, W the workers' busy time and R requests:
 *
 *   D₁/D₂  =  (W₂/D₂) / (W₁/D₁)  ×  (R₂/W₂) / (R₁/W₁)  ×  R₁/R₂
 *
 * R₁/R₂ is 1 but for retries, and is counted as part of the second. Null when a figure is 0.
 */
export function speedupParts(pair: RunPair): SpeedupParts | null {
  const speedup = speedupOf(pair);
  const { sequential, concurrent } = pair;
  const busy = (run: RunPair["sequential"]) => run.workedMs / run.summary.durationMs;
  const workers = busy(concurrent) / busy(sequential);
  if (speedup === null || !Number.isFinite(workers) || workers === 0) return null;
  return { workers, sideBySide: speedup / workers };
}

type RunPair = {
  readonly [Run in "sequential" | "concurrent"]: {
    readonly summary: Pick<RunSummary, "durationMs">;
    readonly workedMs: number;
  };
};

/** The rows are the same, or Google has revised them meanwhile. */
export function isEqual({ compared, settled }: Pick<RolloutFigures, "compared" | "settled">) {
  const ours = settled.some(({ cause }) => cause === "ours");
  const unsettled = compared.days.filter(({ difference }) => difference !== null).length;
  const pages = compared.missingPages + compared.doubledPages;
  return !ours && unsettled === settled.length && pages === 0;
}
