import { metricNames } from "../../telemetry/metric-names.ts";
import type { MetricSource, MetricValue, MetricWindow } from "../../telemetry/metric-source.ts";

/** What the stage's telemetry recorded while a run went on. */
export type RunSeries = {
  readonly queueSize: readonly MetricValue[];
  readonly inFlight: readonly MetricValue[];
  /** The property's requests in the current rolling minute. */
  readonly usage: readonly MetricValue[];
  /** Mean of the queue's size over the run; undefined: nothing was recorded. */
  readonly steadyQueue: number | undefined;
  /** Batches whose duration was recorded. */
  readonly batches: number;
};

/** Of a run that nothing could be read of. */
export const noSeries: RunSeries = {
  queueSize: [],
  inFlight: [],
  usage: [],
  steadyQueue: undefined,
  batches: 0,
};

const mostPoints = 240;

/**
 * Reads a run's series from its stage: maxima of periods that give a plot no more points than it can
 * show, whole ones, each on a multiple of itself: CloudWatch cuts no others. What is added up is
 * read by the shortest.
 */
export async function readRunSeries(
  metrics: MetricSource,
  run: { readonly startedAtMs: number; readonly endedAtMs: number },
): Promise<RunSeries> {
  const { shortestPeriodMs } = metrics;
  const shortest = windowOf(run, shortestPeriodMs);
  const periods = (shortest.toMs - shortest.fromMs) / shortestPeriodMs;
  const periodMs = Math.ceil(periods / mostPoints) * shortestPeriodMs;
  const [queueSize = [], inFlight = [], usage = []] = await metrics.read(
    [
      { name: metricNames.queueSize, statistic: "Maximum" },
      { name: metricNames.inFlight, statistic: "Maximum" },
      { name: metricNames.quotaUsage, statistic: "Maximum", scope: "property" },
    ],
    windowOf(run, periodMs),
  );
  const [queueSums = [], queueCounts = [], batchCounts = []] = await metrics.read(
    [
      { name: metricNames.queueSize, statistic: "Sum" },
      { name: metricNames.queueSize, statistic: "SampleCount" },
      { name: metricNames.batchDuration, statistic: "SampleCount" },
    ],
    shortest,
  );
  const queueCount = sumOf(queueCounts);
  return {
    queueSize,
    inFlight,
    usage,
    steadyQueue: queueCount === 0 ? undefined : sumOf(queueSums) / queueCount,
    batches: sumOf(batchCounts),
  };
}

function windowOf(
  { startedAtMs, endedAtMs }: { readonly startedAtMs: number; readonly endedAtMs: number },
  periodMs: number,
): MetricWindow {
  return {
    fromMs: Math.floor(startedAtMs / periodMs) * periodMs,
    toMs: Math.ceil((endedAtMs + 1) / periodMs) * periodMs,
    periodMs,
  };
}

function sumOf(values: readonly MetricValue[]): number {
  return values.reduce((sum, { value }) => sum + value, 0);
}
