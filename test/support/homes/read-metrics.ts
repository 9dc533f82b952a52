import { readMetricPoints } from "../../../local/metrics/home-metric-source.ts";
import type { MetricPoint } from "../../../shared/telemetry/metric-record.ts";
import { type Statistics, statisticsOf } from "../../../shared/telemetry/statistics.ts";

type MetricsQuery = Parameters<typeof readMetricPoints>[1] & {
  /** Values that dimensions or properties must have: `{ scope: "property", runId: "…" }`. */
  readonly where?: Readonly<Record<string, string>>;
};

/** A home's points, in the order in which they were written. */
export async function readMetrics(
  folder: string,
  { where = {}, ...query }: MetricsQuery,
): Promise<readonly MetricPoint[]> {
  const found: MetricPoint[] = [];
  for await (const point of readMetricPoints(folder, query)) {
    const { dimensions, properties } = point;
    const isAsked = Object.entries(where).every(
      ([key, value]) => String(dimensions[key] ?? properties[key]) === value,
    );
    if (isAsked) found.push(point);
  }
  return found;
}

/** Statistics of each metric that has points in the query. */
export async function readMetricStatistics(
  folder: string,
  query: MetricsQuery,
): Promise<Readonly<Record<string, Statistics | undefined>>> {
  const byName = Map.groupBy(await readMetrics(folder, query), ({ name }) => name);
  return Object.fromEntries(
    [...byName].map(([name, points]) => [name, statisticsOf(points.map(({ value }) => value))]),
  );
}
