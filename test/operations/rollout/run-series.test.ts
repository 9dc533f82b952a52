import { expect, test } from "vitest";
import { readRunSeries } from "../../../shared/operations/rollout/run-series.ts";
import type {
  MetricQuery,
  MetricStatistic,
  MetricWindow,
} from "../../../shared/telemetry/metric-source.ts";

function aSource(shortestPeriodMs: number) {
  const asked: { queries: readonly MetricQuery[]; window: MetricWindow }[] = [];
  return {
    asked,
    metrics: {
      shortestPeriodMs,
      async read(queries: readonly MetricQuery[], window: MetricWindow) {
        asked.push({ queries, window });
        return queries.map(({ name, statistic }) =>
          name === "QuotaUsage" ? [] : [10, 20].map((value) => point(window, statistic, value)),
        );
      },
    },
  };
}

/** Of each two periods: 10 and 20 samples, of 4 each. */
function point({ fromMs }: MetricWindow, statistic: MetricStatistic, samples: number) {
  return { fromMs, value: statistic === "Sum" ? 4 * samples : samples };
}

test.each([
  ["a home's seconds", 1_000, 8_500, 7_000, 16_000, 1_000],
  ["CloudWatch's minutes", 60_000, 8_500, 0, 60_000, 60_000],
  ["a long run in 240 points", 1_000, 480_000, 6_000, 489_000, 3_000],
])(
  "%s: whole periods around the run",
  async (_what, shortest, lengthMs, fromMs, toMs, periodMs) => {
    const { metrics, asked } = aSource(shortest);
    const run = { startedAtMs: 7_400, endedAtMs: 7_400 + lengthMs };
    const series = await readRunSeries(metrics, run);
    expect(fromMs % periodMs).toBe(0);
    expect(asked.map(({ window }) => window)).toEqual([
      { fromMs, toMs, periodMs },
      {
        fromMs: Math.floor(run.startedAtMs / shortest) * shortest,
        toMs: Math.ceil((run.endedAtMs + 1) / shortest) * shortest,
        periodMs: shortest,
      },
    ]);
    expect(series).toMatchObject({ usage: [], steadyQueue: 4, batches: 30 });
    expect(series.queueSize).toHaveLength(2);
  },
);
