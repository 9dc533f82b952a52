import { minuteMs } from "../../lib/durations.ts";
import { metricNames } from "../../telemetry/metric-names.ts";
import type {
  MetricQuery,
  MetricSource,
  MetricValue,
  MetricWindow,
} from "../../telemetry/metric-source.ts";

/** What the metrics say of a stretch of time; null where nothing was measured. */
export type WindowFigures = {
  /** Takes that sent something. */
  readonly batches: number;
  /** Milliseconds, by five minutes as the alarm sees them, weighed by their batches. */
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
  /** Minutes (epoch ms of their start) in which a dispatcher recorded its queue. */
  readonly minutesRecorded: ReadonlySet<number>;
};

const fiveMinutesMs = 5 * minuteMs;

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

const byFiveMinutes = [
  { name: metricNames.batchDuration, statistic: "SampleCount" },
  { name: metricNames.batchDuration, statistic: "p50" },
  { name: metricNames.batchDuration, statistic: "p99" },
] as const satisfies readonly MetricQuery[];

/** Reads a window, cut to whole minutes and fives, as CloudWatch's are. */
export async function readWindowFigures(
  metrics: MetricSource,
  window: { readonly fromMs: number; readonly toMs: number },
): Promise<WindowFigures> {
  const [minutes, fives] = await Promise.all([
    metrics.read(byMinute, inPeriods(window, minuteMs)),
    metrics.read(byFiveMinutes, inPeriods(window, fiveMinutesMs)),
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
  const [counts = [], p50 = [], p99 = []] = fives;
  const sending = requests.filter(({ value }) => value > 0).length;
  const queueCount = sum(queueCounts);
  return {
    batches: sum(batches),
    batchP50Ms: weighed(p50, counts),
    batchP99Ms: weighed(p99, counts),
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
    minutesRecorded: new Set(queueCounts.map((minute) => minute.fromMs)),
  };
}

function inPeriods(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  periodMs: number,
): MetricWindow {
  const first = Math.floor(fromMs / periodMs);
  const afterLast = Math.max(Math.ceil(toMs / periodMs), first + 1);
  return { fromMs: first * periodMs, toMs: afterLast * periodMs, periodMs };
}

/** Both have a value for each period in which there was something to measure. */
function weighed(values: readonly MetricValue[], counts: readonly MetricValue[]): number | null {
  const count = sum(counts);
  if (count === 0) return null;
  const weights = new Map(counts.map(({ fromMs, value }) => [fromMs, value]));
  const all = values.map(({ fromMs, value }) => value * (weights.get(fromMs) ?? 0));
  return Math.round(all.reduce((total, value) => total + value, 0) / count);
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
