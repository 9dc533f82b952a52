import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { dayMs } from "../../shared/lib/durations.ts";
import {
  type MetricPoint,
  MetricRecordSchema,
  pointsOf,
} from "../../shared/telemetry/metric-record.ts";
import type {
  MetricQuery,
  MetricSource,
  MetricStatistic,
  MetricValue,
  MetricWindow,
} from "../../shared/telemetry/metric-source.ts";
import { type Statistics, statisticsByPeriod } from "../../shared/telemetry/statistics.ts";
import { seriesFiles } from "./metric-series.ts";

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

type PointQuery = {
  /** Epoch ms, `toMs` excluded. */
  readonly fromMs: number;
  readonly toMs: number;
  /** All metrics unless named. */
  readonly names?: readonly string[];
};

/** Points of a home's series in the order in which they were written, by any owner of the home. */
export async function* readMetricPoints(
  folder: string,
  query: PointQuery,
): AsyncIterable<MetricPoint> {
  for (const { day, path, changedMs } of seriesFiles(folder)) {
    const startMs = Date.parse(day);
    if (startMs + dayMs <= query.fromMs || startMs >= query.toMs) continue;
    // A record is written after it was measured.
    if (changedMs < query.fromMs) continue;
    for await (const line of createInterface({ input: createReadStream(path, "utf8") })) {
      yield* pointsIn(line).filter((point) => matches(point, query));
    }
  }
}

/** A line that a crash cut off holds no points. */
function pointsIn(line: string): readonly MetricPoint[] {
  try {
    return pointsOf(MetricRecordSchema.parse(JSON.parse(line)));
  } catch {
    return [];
  }
}

function matches({ atMs, name }: MetricPoint, { fromMs, toMs, names }: PointQuery): boolean {
  return atMs >= fromMs && atMs < toMs && (names?.includes(name) ?? true);
}
