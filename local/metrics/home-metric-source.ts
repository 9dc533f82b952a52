import type { MetricPoint } from "../../shared/telemetry/metric-record.ts";
import type {
  MetricQuery,
  MetricSource,
  MetricStatistic,
  MetricValue,
  MetricWindow,
} from "../../shared/telemetry/metric-source.ts";
import { type Statistics, statisticsByPeriod } from "../../shared/telemetry/statistics.ts";
import { readMetricPoints } from "./read-metric-series.ts";

/** A home's series as CloudWatch would answer of them. */
export function homeMetricSource(folder: string): MetricSource {
  return {
    shortestPeriodMs: 1_000,
    async read(queries, window) {
      const points = queries.map((): MetricPoint[] => []);
      const names = [...new Set(queries.map(({ name }) => name))];
      for await (const point of readMetricPoints(folder, { ...window, names })) {
        queries.forEach((query, index) => {
          if (isOf(point, query)) points[index]?.push(point);
        });
      }
      return queries.map(({ statistic }, index) =>
        valuesOf(points[index] ?? [], statistic, window),
      );
    },
  };
}

/** A metric with a scope and the same without are two series, as in CloudWatch. */
function isOf({ name, dimensions }: MetricPoint, query: MetricQuery): boolean {
  return name === query.name && dimensions.scope === query.scope;
}

function valuesOf(
  points: readonly MetricPoint[],
  statistic: MetricStatistic,
  { fromMs, periodMs }: MetricWindow,
): readonly MetricValue[] {
  return statisticsByPeriod(points, periodMs, fromMs).map((period) => ({
    fromMs: period.fromMs,
    value: figures[statistic](period.statistics),
  }));
}

const figures: Readonly<Record<MetricStatistic, (statistics: Statistics) => number>> = {
  Average: ({ average }) => average,
  Maximum: ({ max }) => max,
  Minimum: ({ min }) => min,
  Sum: ({ sum }) => sum,
  SampleCount: ({ count }) => count,
  p50: ({ p50 }) => p50,
  p95: ({ p95 }) => p95,
  p99: ({ p99 }) => p99,
};
