import { percentile } from "../lib/percentile.ts";
import type { MetricPoint } from "./metric-record.ts";

export type Statistics = {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly average: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
};

/** Of values in any order; undefined of none: no figure stands for "not measured". */
export function statisticsOf(values: readonly number[]): Statistics | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return undefined;
  const sum = sorted.reduce((total, value) => total + value, 0);
  return {
    count: sorted.length,
    sum,
    min,
    max,
    average: sum / sorted.length,
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
  };
}

/**
 * Statistics by stretch of time, as an alarm's period sees them; stretches without points are left
 * out. They start at `startMs` and every `periodMs` from there.
 */
export function statisticsByPeriod(
  points: readonly MetricPoint[],
  periodMs: number,
  startMs = 0,
): readonly { readonly fromMs: number; readonly statistics: Statistics }[] {
  const byPeriod = new Map<number, number[]>();
  for (const { atMs, value } of points) {
    const fromMs = startMs + Math.floor((atMs - startMs) / periodMs) * periodMs;
    const values = byPeriod.get(fromMs) ?? [];
    if (values.push(value) === 1) byPeriod.set(fromMs, values);
  }
  return [...byPeriod]
    .sort(([a], [b]) => a - b)
    .flatMap(([fromMs, values]) => {
      const statistics = statisticsOf(values);
      return statistics === undefined ? [] : [{ fromMs, statistics }];
    });
}
