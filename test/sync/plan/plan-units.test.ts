import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planUnits, splitIntoBatches } from "../../../shared/sync/plan/plan-units.ts";
import { pacific } from "../../support/samples/pacific.ts";

const request = {
  siteUrl: "sc-domain:example.com",
  reports: ["page_query"],
  from: pacific("2026-01-01"),
  to: pacific("2026-01-10"),
  force: false,
};

describe("planning units", () => {
  test("every day is a unit, oldest first", () => {
    const plan = planUnits(request, () => false);
    expect(plan.units.map((unit) => unit.date)).toHaveLength(10);
    expect(plan.units[0]?.date).toBe("2026-01-01");
    expect(plan.skipped).toBe(0);
  });

  test("what is final is skipped, and counted", () => {
    const plan = planUnits(request, (unit) => unit.date < "2026-01-08");
    expect(plan.units.map((unit) => unit.date)).toEqual(["2026-01-08", "2026-01-09", "2026-01-10"]);
    expect(plan.skipped).toBe(7);
  });

  test("forced, nothing is skipped", () => {
    const plan = planUnits({ ...request, force: true }, () => true);
    expect(plan.units).toHaveLength(10);
    expect(plan.skipped).toBe(0);
  });
});

describe("splitting into batches", () => {
  const limits = fc.record({
    batchSize: fc.integer({ min: 1, max: 60 }),
    concurrency: fc.integer({ min: 1, max: 5 }),
  });

  test("loses, doubles and reorders nothing, and never passes the batch size", () => {
    const { units } = planUnits(request, () => false);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 }), limits, (count, limit) => {
        const some = units.slice(0, count);
        const batches = splitIntoBatches(some, limit);
        expect(batches.flat()).toEqual(some);
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(limit.batchSize);
        }
      }),
    );
  });

  test("makes at least four batches a worker where the plan allows it", () => {
    const units = planUnits({ ...request, to: pacific("2026-05-30") }, () => false).units;
    expect(units).toHaveLength(150);
    expect(splitIntoBatches(units, { batchSize: 50, concurrency: 3 }).length).toBe(12);
    expect(
      splitIntoBatches(units, { batchSize: 50, concurrency: 5 }).length,
    ).toBeGreaterThanOrEqual(19);
    expect(splitIntoBatches(units, { batchSize: 7, concurrency: 1 }).length).toBe(22);
  });
});
