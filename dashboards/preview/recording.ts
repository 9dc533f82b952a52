import { metricsNamespace } from "../../shared/config/names.ts";
import { parseEmfLine, pointsOf } from "../../shared/telemetry/metric-record.ts";

/** A metric as a dashboard names it. */
export type DashboardMetric = {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
};

export type TimedValue = { readonly atMs: number; readonly value: number };

export type TimeSpan = { readonly fromMs: number; readonly toMs: number };

/** The figures that a preview draws. */
export type Recording = {
  /** Says where they come from. */
  readonly headline: string;
  readonly span: TimeSpan;
  /** None: the metric was not recorded. */
  valuesOf(metric: DashboardMetric): readonly TimedValue[];
};

/** The EMF records among the lines of a home's logs. What only AWS measures is not in them. */
export function recordingOfLog(log: string): Recording {
  const points = log.split("\n").flatMap((line) => {
    const record = parseEmfLine(line, metricsNamespace);
    return record === undefined ? [] : pointsOf(record);
  });
  const times = points.map(({ atMs }) => atMs).sort((a, b) => a - b);
  const fromMs = times[0] ?? 0;
  const toMs = Math.max(times.at(-1) ?? 0, fromMs + 1_000);
  const seconds = Math.round((toMs - fromMs) / 1_000);
  return {
    headline: `Preview from the logs of a home: ${points.length} values over ${seconds} s, each point the metric's own period before it. What only AWS measures (–) is empty.`,
    span: { fromMs, toMs },
    valuesOf: ({ namespace, name, dimensions }) =>
      namespace === metricsNamespace
        ? points.filter(
            (point) => point.name === name && isSameSeries(point.dimensions, dimensions),
          )
        : [],
  };
}

/** A home's stage is another than the dashboard's, so it is not compared. */
function isSameSeries(
  recorded: DashboardMetric["dimensions"],
  asked: DashboardMetric["dimensions"],
): boolean {
  const text = (dimensions: DashboardMetric["dimensions"]) =>
    JSON.stringify(Object.entries({ ...dimensions, stage: "" }).sort());
  return text(recorded) === text(asked);
}
