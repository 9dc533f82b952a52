import { metricNames } from "../../shared/telemetry/metric-names.ts";
import type { DashboardMetric, Recording } from "./recording.ts";

const fromMs = Date.UTC(2026, 10, 24, 13);
const minutes = 90;
const stepsAMinute = 3;

/**
 * Figures as a stage might have them, for the picture in the documents: a backfill with three
 * workers. Google refuses for two minutes, the row store is slow for nine, and a person halts the
 * run and resumes it. Every metric of the dashboard has figures.
 */
export const exampleRun: Recording = {
  headline:
    "Example figures: a backfill with three workers. Google refuses it at 13:30, storing is slow at 13:45, a person halts it at 14:00 and resumes it.",
  span: { fromMs, toMs: fromMs + minutes * 60_000 },
  valuesOf(metric) {
    const valueAt = figures[keyOf(metric)] ?? figures[metric.name];
    if (valueAt === undefined) return [];
    return moments.flatMap((moment) => {
      const value = valueAt(moment);
      return value === undefined ? [] : [{ atMs: moment.atMs, value }];
    });
  },
};

type Moment = {
  readonly atMs: number;
  /** Since the beginning. */
  readonly minute: number;
  /** How busy the workers are, from 0 to 1. */
  readonly load: number;
  /** The part of the backfill that is not done, from 1 to 0. */
  readonly left: number;
  /** In [0, 1), always the same. */
  readonly chance: number;
};

function isSlow(minute: number): boolean {
  return minute >= 45 && minute < 54;
}

function loadAt(minute: number): number {
  if (minute < 4 || minute > 84 || (minute >= 60 && minute < 63)) return 0;
  if (minute >= 30 && minute < 32) return 0.15;
  if (isSlow(minute)) return 0.6;
  return 0.86 + 0.08 * Math.sin(minute / 5);
}

const times = Array.from({ length: minutes * stepsAMinute }, (_, step) => step / stepsAMinute);
const work = times.reduce((sum, minute) => sum + loadAt(minute), 0);
let done = 0;
const moments: readonly Moment[] = times.map((minute, step) => {
  const load = loadAt(minute);
  done += load / work;
  const chance = Math.abs(Math.sin(step * 12.9898) * 43_758.5453) % 1;
  return { atMs: fromMs + minute * 60_000, minute, load, left: 1 - done, chance };
});

/** One figure a moment: of a count, what came in its 20 seconds. */
const figures: Readonly<Record<string, (moment: Moment) => number | undefined>> = {
  [metricNames.queueSize]: ({ load, left }) => (load > 0 ? Math.round(460 * left) : undefined),
  [metricNames.inFlight]: ({ load, chance }) => Math.min(5, Math.ceil(load * 4.4 + chance * load)),
  [metricNames.batchDuration]: ({ minute, load, chance }) => {
    if (load === 0) return undefined;
    return 1_900 + 1_300 * chance ** 2 + (isSlow(minute) ? 1_300 : 0);
  },
  [`${metricNames.quotaUsage} property`]: ({ load, chance }) => (880 + 40 * chance) * load,
  [`${metricNames.quotaUsage} account`]: ({ load, chance }) => (910 + 40 * chance) * load,
  [metricNames.pageRequests]: ({ load, chance }) => Math.round((280 + 20 * chance) * load),
  [metricNames.quotaApproaching]: ({ minute, load }) => at(minute, 26, 29) ?? none(load),
  [metricNames.quotaExceeded]: ({ minute, load }) => at(minute, 30, 31) ?? none(load),
  [metricNames.quotaDeferred]: ({ load, chance }) => (load > 0.8 ? Math.floor(4 * chance) : 0),
  [metricNames.runsEnded]: ({ minute }) => at(minute, 12, 25, 60, 84) ?? 0,
  [metricNames.runsFailed]: () => 0,
  [metricNames.runsHalted]: ({ minute }) => at(minute, 60) ?? 0,
  [metricNames.runsLost]: () => 0,
  [metricNames.unitsFailed]: ({ minute, load }) => at(minute, 32) ?? none(load),
  [metricNames.freshnessLag]: ({ minute }) => (minute % 60 === 5 ? 3 : undefined),
  [metricNames.staleReports]: ({ minute }) => (minute % 60 === 5 ? 1 : undefined),
  [metricNames.quarantinedProperties]: ({ minute }) => (minute % 60 === 5 ? 0 : undefined),
  [metricNames.batchRetries]: ({ minute, load, chance }) =>
    minute >= 30 && minute < 32 ? 3 : chance > 0.93 ? 1 : none(load),
  [metricNames.requeues]: ({ load, chance }) => Math.floor(load * 3 * chance),
  [metricNames.takesFailed]: ({ minute, load }) => at(minute, 46, 50) ?? none(load),
  [metricNames.workerCrashes]: ({ load }) => none(load),
  [metricNames.leaseExpiries]: ({ minute, load }) => at(minute, 52) ?? none(load),
  [metricNames.haltDuration]: ({ minute }) => (minute === 60 ? 2_350 : undefined),

  "ApproximateNumberOfMessagesVisible batches": ({ load, chance }) => Math.round(2 * load * chance),
  "ApproximateNumberOfMessagesNotVisible batches": ({ load }) => Math.round(3 * load),
  "ApproximateAgeOfOldestMessage batches": ({ load, chance }) => Math.round(5 * load * chance),
  "ApproximateNumberOfMessagesVisible dead-letters": () => 0,
  "NumberOfMessagesSent batches": ({ load }) => Math.round(15 * load),
  "ExecutionsStarted sync": ({ minute }) => at(minute, 4, 10, 23, 63) ?? 0,
  "Errors fetch-batch": ({ minute, load }) => at(minute, 46, 50) ?? none(load),
  Errors: ({ load }) => none(load),
  Throttles: ({ load }) => none(load),
  "Duration fetch-batch": ({ load }) => 55_000 * load,
  "Duration dispatch-batches": ({ load }) => 18_000 * Math.ceil(load),
  "ConsumedWriteCapacityUnits ledger": ({ load }) => 200 * load,
  "ConsumedReadCapacityUnits ledger": ({ load }) => 430 * load,
  "ConsumedWriteCapacityUnits quota": ({ load }) => 780 * load,
  "ConsumedReadCapacityUnits quota": ({ load }) => 310 * load,
};

/** One, at the beginning of these minutes. */
function at(minute: number, ...when: readonly number[]): number | undefined {
  return when.includes(minute) ? 1 : undefined;
}

/** Zero where a handler would have reported. */
function none(load: number): number | undefined {
  return load > 0 ? 0 : undefined;
}

/** The metric's name, with the scope or the resource where the dashboard has several. */
function keyOf({ name, dimensions }: DashboardMetric): string {
  const { scope, QueueName, FunctionName, TableName, StateMachineArn } = dimensions;
  const resource = QueueName ?? FunctionName ?? TableName ?? StateMachineArn?.split(":").at(-1);
  const which = scope ?? resource?.replace(/^gsc-sync-[a-z]+-/, "");
  return which === undefined ? name : `${name} ${which}`;
}
