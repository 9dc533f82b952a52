import { metricNames } from "../telemetry/metric-names.ts";
import type { MetricSource, MetricValue } from "../telemetry/metric-source.ts";

/** What the stage's telemetry recorded while a run went on. */
export type RunSeries = {
  readonly periodMs: number;
  readonly queueSize: readonly MetricValue[];
  readonly inFlight: readonly MetricValue[];
  /** The property's requests in the current rolling minute. */
  readonly usage: readonly MetricValue[];
  /** Mean of the queue's size over the run; undefined: nothing was recorded. */
  readonly steadyQueue: number | undefined;
  /** Batches whose duration was recorded. */
  readonly batches: number;
};

const mostPoints = 240;

/** Reads a run's series from its stage: maxima of periods that give a plot no more points than it can show. */
export async function readRunSeries(
  metrics: MetricSource,
  run: { readonly startedAtMs: number; readonly endedAtMs: number },
): Promise<RunSeries> {
  const { shortestPeriodMs } = metrics;
  const fromMs = Math.floor(run.startedAtMs / shortestPeriodMs) * shortestPeriodMs;
  const toMs = Math.ceil((run.endedAtMs + 1) / shortestPeriodMs) * shortestPeriodMs;
  const periods = (toMs - fromMs) / shortestPeriodMs;
  const periodMs = Math.ceil(periods / mostPoints) * shortestPeriodMs;
  const [queueSize = [], inFlight = [], usage = []] = await metrics.read(
    [
      { name: metricNames.queueSize, statistic: "Maximum" },
      { name: metricNames.inFlight, statistic: "Maximum" },
      { name: metricNames.quotaUsage, statistic: "Maximum", scope: "property" },
    ],
    { fromMs, toMs, periodMs },
  );
  const [steady = [], counted = []] = await metrics.read(
    [
      { name: metricNames.queueSize, statistic: "Average" },
      { name: metricNames.batchDuration, statistic: "SampleCount" },
    ],
    { fromMs, toMs, periodMs: toMs - fromMs },
  );
  return {
    periodMs,
    queueSize,
    inFlight,
    usage,
    steadyQueue: steady[0]?.value,
    batches: counted[0]?.value ?? 0,
  };
}
