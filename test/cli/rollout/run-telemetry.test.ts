import { expect, test } from "vitest";
import { reportContent } from "../../../cli/rollout/report-content.ts";
import { reportHtml } from "../../../cli/rollout/report-html.ts";
import { seriesOf, telemetryOf } from "../../../cli/rollout/run-telemetry.ts";
import { noSeries } from "../../../shared/operations/rollout/run-series.ts";
import { rolloutVerdicts } from "../../../shared/operations/rollout/verdicts.ts";
import type { MetricQuery, MetricWindow } from "../../../shared/telemetry/metric-source.ts";
import { fakeClock } from "../../support/fakes/fake-clock.ts";
import { aMeasuredRun, sampleFigures } from "../../support/samples/rollout-samples.ts";

const run = aMeasuredRun(Date.UTC(2026, 10, 22), 150_000, 1);
const all = run.summary.batch.count;
const { runId } = run.summary;
const stage = 60_000;
const home = 1_000;

/** Metrics of so many batches at an instant after the first look, or a refusal. */
function aSource(shortestPeriodMs: number, batchesAt: (sinceMs: number) => number | Error) {
  const clock = fakeClock();
  const startMs = clock.nowMs();
  return {
    clock,
    waitedMs: () => clock.nowMs() - startMs,
    metrics: {
      shortestPeriodMs,
      async read(queries: readonly MetricQuery[], { fromMs }: MetricWindow) {
        const batches = batchesAt(clock.nowMs() - startMs);
        if (batches instanceof Error) throw batches;
        return queries.map(() => [{ fromMs, value: batches }]);
      },
    },
  };
}

const throttled = new Error("Rate exceeded\n  at CloudWatch");
const refused = { kind: "unread", reason: "Rate exceeded at CloudWatch" };
const read = (batches: number) => ({ kind: "read", series: { batches } });

test.each([
  ["that are refused at first are looked for again", stage, lateMetrics, read(all), 204_000],
  ["that are refused for a moment late are too", stage, refusedInTheMiddle, read(all), 204_000],
  ["that stay incomplete are what there is", stage, () => all - 1, read(all - 1), 300_000],
  ["that are refused after a part is that part", stage, refusedAfterAPart, read(1), 300_000],
  ["that are refused for good", stage, () => throttled, refused, 300_000],
  ["that a home refuses are not waited for long", home, () => throttled, refused, 5_000],
  ["that are all there are not waited for", stage, () => all, read(all), 0],
] as const)("metrics %s", async (_what, shortestMs, batchesAt, outcome, waitedMs) => {
  const { metrics, clock, ...source } = aSource(shortestMs, batchesAt);
  expect(await telemetryOf(run, metrics, clock)).toMatchObject(outcome);
  expect(source.waitedMs()).toBe(waitedMs);
});

test("a report is written without the metrics that are refused for good, and it is said", async () => {
  const { metrics, clock } = aSource(home, () => throttled);
  const notices: string[] = [];
  const series = await seriesOf(run, metrics, (notice) => notices.push(notice), clock);
  expect(series).toEqual(noSeries);
  expect(notices).toEqual([
    `the report lacks the metrics of run ${runId}: Rate exceeded at CloudWatch`,
  ]);
  const { sequential, concurrent } = sampleFigures();
  const figures = sampleFigures({
    sequential: { ...sequential, series },
    concurrent: { ...concurrent, series },
  });
  const content = reportContent(figures, rolloutVerdicts(figures));
  const steady = ["queue depth, steady", "< 500", "not measured", "MISSED"];
  expect(content.success.rows).toContainEqual(steady);
  expect(reportHtml(content, figures)).toContain("Queue depth");
});

function lateMetrics(sinceMs: number) {
  return sinceMs < 200_000 ? throttled : all;
}

function refusedInTheMiddle(sinceMs: number) {
  if (sinceMs >= 200_000) return all;
  return sinceMs >= 60_000 && sinceMs < 120_000 ? throttled : 1;
}

function refusedAfterAPart(sinceMs: number) {
  return sinceMs < 60_000 ? 1 : throttled;
}
