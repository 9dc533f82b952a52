import fc from "fast-check";
import { expect, test } from "vitest";
import { statisticsByPeriod, statisticsOf } from "../../shared/telemetry/statistics.ts";

test("of no values there are none", () => {
  expect(statisticsOf([])).toBeUndefined();
});

test("of 1 to 100 are what anybody would say", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  const figures = { count: 100, sum: 5_050, min: 1, max: 100, average: 50.5 };
  expect(statisticsOf(values)).toEqual({ ...figures, p50: 50, p95: 95, p99: 99 });
});

test("percentiles are values, in order, and as many values as they say are no larger", () => {
  const values = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(values, (all) => {
      const of = statisticsOf(all);
      if (of === undefined) return false;
      const { min, p50, p95, p99, max } = of;
      const inOrder = min <= p50 && p50 <= p95 && p95 <= p99 && p99 <= max;
      const share = (limit: number) => all.filter((value) => value <= limit).length / all.length;
      const enough = share(p50) >= 0.5 && share(p95) >= 0.95 && share(p99) >= 0.99;
      return inOrder && enough && [p50, p95, p99].every((value) => all.includes(value));
    }),
  );
});

test("by period are those of each stretch that has points", () => {
  const point = (atMs: number, value: number) => ({
    ...{ name: "X", unit: "Count", dimensions: {}, properties: {} },
    ...{ atMs, value },
  });
  const points = [point(59_999, 1), point(60_000, 2), point(61_000, 4), point(240_001, 8)];
  expect(
    statisticsByPeriod(points, 60_000).map(({ fromMs, statistics }) => [fromMs, statistics.max]),
  ).toEqual([
    [0, 1],
    [60_000, 4],
    [240_000, 8],
  ]);
});
