import { describe, expect, test } from "vitest";
import { headlineOf } from "../../../shared/operations/rollout/headline.ts";
import {
  isEqual,
  type RolloutFigures,
  speedupOf,
  speedupParts,
} from "../../../shared/operations/rollout/rollout-figures.ts";
import { rolloutVerdicts } from "../../../shared/operations/rollout/verdicts.ts";
import { sampleFigures } from "../../support/samples/rollout-samples.ts";

const good = sampleFigures();

function withConcurrent(change: object, series: object = {}): RolloutFigures {
  const { concurrent } = good;
  return {
    ...good,
    concurrent: {
      ...concurrent,
      summary: { ...concurrent.summary, ...change },
      series: { ...concurrent.series, ...series },
    },
  };
}

const missed = (figures: RolloutFigures) =>
  rolloutVerdicts(figures).flatMap(({ metric, ok }) => (ok ? [] : [metric]));

test("a rollout that went well meets every target", () => {
  const verdicts = rolloutVerdicts(good);
  expect(missed(good)).toEqual([]);
  expect(headlineOf(good, verdicts)).toEqual({
    kind: "passed",
    text: "Passed: 10.0× the sequential speed, rows equal, every target met",
  });
});

describe("at its line a figure misses its target, just below it meets it", () => {
  test.each([
    ["speed-up over sequential", { durationMs: 37_501 }, { durationMs: 37_500 }],
    [
      "worker batch p99, ms",
      { batch: { ...good.concurrent.summary.batch, p99Ms: 5_000 } },
      { batch: { ...good.concurrent.summary.batch, p99Ms: 4_999 } },
    ],
    ["queue depth, peak", { queue: { peak: 800 } }, { queue: { peak: 799 } }],
    ["memory of a sync (bound), MB", { memoryPeakMb: 167 }, { memoryPeakMb: 166 }],
    [
      "requests a minute, average",
      { qpm: { average: 960, peak: 1 } },
      { qpm: { average: 959, peak: 1 } },
    ],
    [
      "requests a minute, peak",
      { qpm: { average: 1, peak: 1_100 } },
      { qpm: { average: 1, peak: 1_099 } },
    ],
    [
      "units that failed",
      { units: { ...good.concurrent.summary.units, failed: 1 } },
      { units: { ...good.concurrent.summary.units, failed: 0 } },
    ],
  ])("%s", (metric, at, under) => {
    expect(missed(withConcurrent(at))).toEqual([metric]);
    expect(missed(withConcurrent(under))).toEqual([]);
  });

  test("queue depth, steady", () => {
    expect(missed(withConcurrent({}, { steadyQueue: 500 }))).toEqual(["queue depth, steady"]);
    expect(missed(withConcurrent({}, { steadyQueue: 499.9 }))).toEqual([]);
  });

  test("batches left in flight", () => {
    expect(missed({ ...good, leftInFlight: 1 })).toEqual(["batches left in flight"]);
  });
});

test("what was not measured meets no target", () => {
  const unmeasured = withConcurrent({ memoryPeakMb: 0 }, { steadyQueue: undefined });
  expect(missed(unmeasured)).toEqual(["queue depth, steady", "memory of a sync (bound), MB"]);
});

test("runs that skip what is final are not compared in speed", () => {
  const lazy = { ...good, asked: { ...good.asked, forced: false } };
  expect(rolloutVerdicts(lazy)[0]).toMatchObject({
    observed: "not comparable: --no-force",
    ok: false,
  });
});

describe("rows that differ", () => {
  const [day, ...others] = good.compared.days;
  if (day === undefined) throw new Error("no day");
  const different = { ...day, concurrentRows: 1, difference: "1000 rows, then 1" };
  const compared = { ...good.compared, days: [different, ...others] };
  const settledAs = (cause: "google" | "ours") => ({
    ...good,
    compared,
    settled: [{ ...different, cause, thirdRows: 1 }],
  });

  test("by our fault make the two unequal", () => {
    for (const figures of [settledAs("ours"), { ...good, compared }]) {
      expect(isEqual(figures)).toBe(false);
      expect(missed(figures)).toEqual(["days whose rows differ from the sequential run's (±0 %)"]);
      expect(headlineOf(figures, rolloutVerdicts(figures)).kind).toBe("unequal");
    }
  });

  test("by Google's revision do not", () => {
    expect(isEqual(settledAs("google"))).toBe(true);
    expect(missed(settledAs("google"))).toEqual([]);
  });

  test.each(["missingPages", "doubledPages"])("in %s are unequal too", (name) => {
    const figures = { ...good, compared: { ...good.compared, [name]: 1 } };
    expect(isEqual(figures)).toBe(false);
    expect(headlineOf(figures, rolloutVerdicts(figures)).text).toContain("page requests");
  });
});

test("the speed-up is what busier workers and requests side by side make of it", () => {
  expect(speedupOf(good)).toBe(10);
  expect(speedupParts(good)?.workers).toBeCloseTo(3);
  expect(speedupParts(good)?.sideBySide).toBeCloseTo(10 / 3);
  expect(speedupParts(withConcurrent({ durationMs: 0 }))).toBeNull();
});
