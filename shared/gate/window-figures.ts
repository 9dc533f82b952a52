import { metricNames } from "../telemetry/metric-names.ts";
import type { MetricQuery, MetricSource, MetricValue } from "../telemetry/metric-source.ts";

/** What the metrics say of a stretch of time; null where nothing was measured. */
export type WindowFigures = {
  /** Takes that sent something. */
  readonly batches: number;
  /** Milliseconds; of a longer window those of its slowest day. */
  readonly batchP50Ms: number | null;
  readonly batchP99Ms: number | null;
  readonly requests: number;
  readonly retries: number;
  readonly deferred: number;
  /** Google's. */
  readonly refusals: number;
  readonly failedUnits: number;
  readonly crashes: number;
  /** Requests in a rolling minute: the most of a property or account. */
  readonly qpmPeak: number | null;
  /** Over the minutes in which something was sent. */
  readonly qpmAverage: number | null;
  readonly queueAverage: number | null;
  readonly queuePeak: number | null;
  readonly inFlightPeak: number | null;
  readonly haltPeakMs: number | null;
  /** The longest time without a measured batch, the window's ends included. */
  readonly longestGapMs: number;
  /** Minutes (epoch ms of their start) in which a dispatcher told of its queue. */
  readonly minutesTold: ReadonlySet<number>;
};

const minuteMs = 60_000;
const dayMs = 86_400_000;

const byMinute = [
  { name: metricNames.batchDuration, statistic: "SampleCount" },
  { name: metricNames.pageRequests, statistic: "Sum" },
  { name: metricNames.batchRetries, statistic: "Sum" },
  { name: metricNames.quotaDeferred, statistic: "Sum" },
  { name: metricNames.quotaExceeded, statistic: "Sum" },
  { name: metricNames.unitsFailed, statistic: "Sum" },
  { name: metricNames.workerCrashes, statistic: "Sum" },
  { name: metricNames.quotaUsage, statistic: "Maximum", scope: "property" },
  { name: metricNames.quotaUsage, statistic: "Maximum", scope: "account" },
  { name: metricNames.queueSize, statistic: "Sum" },
  { name: metricNames.queueSize, statistic: "SampleCount" },
  { name: metricNames.queueSize, statistic: "Maximum" },
  { name: metricNames.inFlight, statistic: "Maximum" },
  { name: metricNames.haltDuration, statistic: "Maximum" },
] as const satisfies readonly MetricQuery[];

const percentiles = [
  { name: metricNames.batchDuration, statistic: "p50" },
  { name: metricNames.batchDuration, statistic: "p99" },
] as const satisfies readonly MetricQuery[];

/** Reads a window, cut to whole minutes: it may begin and end up to a minute early or late. */
export async function readWindowFigures(
  metrics: MetricSource,
  window: { readonly fromMs: number; readonly toMs: number },
): Promise<WindowFigures> {
  const fromMs = Math.floor(window.fromMs / minuteMs) * minuteMs;
  const toMs = Math.max(Math.ceil(window.toMs / minuteMs) * minuteMs, fromMs + minuteMs);
  // A percentile of a longer stretch is asked for by the day: periods have a longest length.
  const stretchMs = Math.min(toMs - fromMs, dayMs);
  const [minutes, stretches] = await Promise.all([
    metrics.read(byMinute, { fromMs, toMs, periodMs: minuteMs }),
    metrics.read(percentiles, { fromMs, toMs, periodMs: stretchMs }),
  ]);
  const [
    batches = [],
    requests = [],
    retries = [],
    deferred = [],
    refusals = [],
    failedUnits = [],
    crashes = [],
    propertyUsage = [],
    accountUsage = [],
    queueSums = [],
    queueCounts = [],
    queuePeaks = [],
    inFlight = [],
    halts = [],
  ] = minutes;
  const [p50 = [], p99 = []] = stretches;
  const sending = requests.filter(({ value }) => value > 0).length;
  const queueCount = sum(queueCounts);
  return {
    batches: sum(batches),
    batchP50Ms: most(p50),
    batchP99Ms: most(p99),
    requests: sum(requests),
    retries: sum(retries),
    deferred: sum(deferred),
    refusals: sum(refusals),
    failedUnits: sum(failedUnits),
    crashes: sum(crashes),
    qpmPeak: most([...propertyUsage, ...accountUsage]),
    qpmAverage: sending === 0 ? null : sum(requests) / sending,
    queueAverage: queueCount === 0 ? null : sum(queueSums) / queueCount,
    queuePeak: most(queuePeaks),
    inFlightPeak: most(inFlight),
    haltPeakMs: most(halts),
    longestGapMs: longestGap(batches, window),
    minutesTold: new Set(queueCounts.map((minute) => minute.fromMs)),
  };
}

function sum(values: readonly MetricValue[]): number {
  return values.reduce((total, { value }) => total + value, 0);
}

function most(values: readonly MetricValue[]): number | null {
  return values.reduce<number | null>(
    (highest, { value }) => (highest === null ? value : Math.max(highest, value)),
    null,
  );
}

function longestGap(
  measured: readonly MetricValue[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): number {
  let longest = 0;
  let lastMs = fromMs;
  for (const minute of measured) {
    longest = Math.max(longest, minute.fromMs - lastMs);
    // A minute is cut no finer: it counts as measured to its end.
    lastMs = minute.fromMs + minuteMs;
  }
  return Math.max(longest, toMs - lastMs);
}
