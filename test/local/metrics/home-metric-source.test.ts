import { expect, onTestFinished, test } from "vitest";
import { homeMetricSource } from "../../../local/metrics/home-metric-source.ts";
import { openMetricSeries } from "../../../local/metrics/metric-series.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const fromMs = Date.parse("2026-11-20T10:00:30Z");
const minuteMs = 60_000;

function aSource(points: readonly (readonly [afterMs: number, value: number, scope?: string])[]) {
  const folder = temporaryFolder();
  const series = openMetricSeries(folder);
  onTestFinished(() => series.close());
  for (const [afterMs, value, scope] of points) {
    series.add({
      atMs: fromMs + afterMs,
      dimensions: { stage: "local", ...(scope === undefined ? {} : { scope }) },
      properties: {},
      metrics: { QuotaUsage: ["Count", value], QueueSize: ["Count", value * 2] },
    });
  }
  return homeMetricSource(folder);
}

test("each query has its answer by period, from the window's own start", async () => {
  const source = aSource([
    [-1, 99, "property"],
    [0, 1, "property"],
    [minuteMs - 1, 3, "property"],
    [3 * minuteMs, 5, "property"],
    [4 * minuteMs, 99, "property"],
  ]);
  const window = { fromMs, toMs: fromMs + 4 * minuteMs, periodMs: minuteMs };
  const answers = await source.read(
    [
      { name: "QuotaUsage", statistic: "Maximum", scope: "property" },
      { name: "QuotaUsage", statistic: "SampleCount", scope: "property" },
      { name: "MailboxDepth", statistic: "Maximum" },
    ],
    window,
  );
  expect(answers).toEqual([
    [
      { fromMs, value: 3 },
      { fromMs: fromMs + 3 * minuteMs, value: 5 },
    ],
    [
      { fromMs, value: 2 },
      { fromMs: fromMs + 3 * minuteMs, value: 1 },
    ],
    [],
  ]);
});

test("what is told by scope and what is not are two series", async () => {
  const source = aSource([
    [0, 1],
    [0, 2, "account"],
  ]);
  const window = { fromMs, toMs: fromMs + minuteMs, periodMs: minuteMs };
  const of = async (scope?: "account" | "property") => {
    const query = { name: "QuotaUsage", statistic: "Sum", ...(scope ? { scope } : {}) } as const;
    return (await source.read([query], window))[0]?.map(({ value }) => value);
  };
  expect(await of()).toEqual([1]);
  expect(await of("account")).toEqual([2]);
  expect(await of("property")).toEqual([]);
});
