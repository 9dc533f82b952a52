import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openMetricSeries } from "../../../local/metrics/metric-series.ts";
import type { MetricRecord } from "../../../shared/telemetry/metric-record.ts";
import { readMetricStatistics, readMetrics } from "../../support/homes/read-metrics.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const startMs = Date.parse("2026-11-20T23:59:58Z");
const dayMs = 86_400_000;
const all = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

function record(atMs: number, value: number, scope = "property"): MetricRecord {
  return {
    atMs,
    dimensions: { stage: "local", scope },
    properties: { runId: `run-${value % 2}` },
    metrics: { QuotaUsage: ["Count", value], BatchDuration: ["Milliseconds", value * 10, value] },
  };
}

function aSeries(limits?: Parameters<typeof openMetricSeries>[1]) {
  const folder = temporaryFolder();
  const series = openMetricSeries(folder, limits);
  onTestFinished(() => series.close());
  return { folder, series };
}

async function values(folder: string, query: Partial<Parameters<typeof readMetrics>[1]> = {}) {
  return (await readMetrics(folder, { ...all, ...query })).map(({ value }) => value);
}

test("points are found by time, metric, dimension and property, over midnight", async () => {
  const { folder, series } = aSeries();
  for (const value of [1, 2, 3, 4]) series.add(record(startMs + value * 1_000, value));
  series.add(record(startMs, 9, "account"));
  expect(readdirSync(folder).sort()).toEqual(["2026-11-20.0.jsonl", "2026-11-21.0.jsonl"]);
  const names = ["QuotaUsage"];
  expect(await values(folder, { names, where: { scope: "property" } })).toEqual([1, 2, 3, 4]);
  expect(await values(folder, { names, where: { scope: "account" } })).toEqual([9]);
  expect(await values(folder, { names, where: { runId: "run-0" } })).toEqual([2, 4]);
  const range = { fromMs: startMs + 2_000, toMs: startMs + 4_000 };
  expect(await values(folder, { names, ...range })).toEqual([2, 3]);
  expect(await values(folder, range)).toEqual([2, 20, 2, 3, 30, 3]);
});

test("statistics are of each metric that has points", async () => {
  const { folder, series } = aSeries();
  for (const value of [3, 1, 2]) series.add(record(startMs, value));
  const statistics = await readMetricStatistics(folder, { ...all, names: ["QuotaUsage", "None"] });
  expect(statistics).toEqual({
    QuotaUsage: { count: 3, sum: 6, min: 1, max: 3, average: 2, p50: 2, p95: 3, p99: 3 },
  });
});

test("a line that a crash cut off costs that line alone", async () => {
  const { folder, series } = aSeries();
  series.add(record(startMs, 1));
  series.close();
  appendFileSync(join(folder, "2026-11-20.0.jsonl"), '{"atMs":1,"dimen');
  series.add(record(startMs, 2));
  expect(await values(folder, { names: ["QuotaUsage"] })).toEqual([1, 2]);
});

test("a day's file that has grown is followed by another, and the oldest go", async () => {
  const line = JSON.stringify(record(startMs, 10)).length + 1;
  const { folder, series } = aSeries({ fileBytes: 3 * line, totalBytes: 6 * line, days: 30 });
  for (let value = 10; value < 30; value += 1) series.add(record(startMs, value));
  const kept = await values(folder, { names: ["QuotaUsage"] });
  expect(kept.at(-1)).toBe(29);
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => 30 - kept.length + index));
  expect(kept.length).toBeGreaterThanOrEqual(4);
  expect(kept.length).toBeLessThanOrEqual(9);
});

test("what is older than its days goes when a new day begins", async () => {
  const { folder, series } = aSeries({ fileBytes: 1e6, totalBytes: 1e9, days: 2 });
  for (const day of [0, 1, 2, 3, 4]) series.add(record(startMs + day * dayMs, day));
  expect(await values(folder, { names: ["QuotaUsage"] })).toEqual([2, 3, 4]);
});

test("a folder that cannot be written fails nobody's work", () => {
  const series = openMetricSeries(join(temporaryFolder(), "not", "there"));
  expect(() => series.add(record(startMs, 1))).not.toThrow();
});
