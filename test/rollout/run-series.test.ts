import { expect, test } from "vitest";
import { readRunSeries } from "../../shared/rollout/run-series.ts";
import type { MetricQuery, MetricWindow } from "../../shared/telemetry/metric-source.ts";

function aSource(shortestPeriodMs: number) {
  const asked: { queries: readonly MetricQuery[]; window: MetricWindow }[] = [];
  return {
    asked,
    metrics: {
      shortestPeriodMs,
      async read(queries: readonly MetricQuery[], window: MetricWindow) {
        asked.push({ queries, window });
        return queries.map(({ name }) =>
          name === "QuotaUsage" ? [] : [{ fromMs: window.fromMs, value: name.length }],
        );
      },
    },
  };
}

test.each([
  ["a home's seconds", 1_000, 8_500, 7_000, 16_000, 1_000],
  ["CloudWatch's minutes", 60_000, 8_500, 0, 60_000, 60_000],
  ["a long run in 240 points", 1_000, 480_000, 7_000, 488_000, 3_000],
])(
  "%s: whole periods around the run",
  async (_what, shortest, lengthMs, fromMs, toMs, periodMs) => {
    const { metrics, asked } = aSource(shortest);
    const run = { startedAtMs: 7_400, endedAtMs: 7_400 + lengthMs };
    const series = await readRunSeries(metrics, run);
    expect(asked.map(({ window }) => window)).toEqual([
      { fromMs, toMs, periodMs },
      { fromMs, toMs, periodMs: toMs - fromMs },
    ]);
    expect(series).toMatchObject({ periodMs, usage: [], steadyQueue: 9, batches: 13 });
    expect(series.queueSize).toHaveLength(1);
  },
);
