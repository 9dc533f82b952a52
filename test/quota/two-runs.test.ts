import { describe, expect, test } from "vitest";
import { twoRuns } from "./two-runs.ts";

/** Requests a minute that the window lets through of a budget that is wanted all the time. */
const most = (budget: number) => (budget * 60) / 63;

describe("two runs of two properties under one account", () => {
  test.each([
    [120, 25],
    [940, 5],
  ])("that share %d a minute, by batches, get two fifths each", async (budget, workers) => {
    const { a, b, highest } = await twoRuns({ budget, workers });
    console.info(
      `sharing ${budget} a minute (${workers} workers): ${a.toFixed(0)} and ${b.toFixed(0)} a minute, ` +
        `${((100 * a) / budget).toFixed(1)} % and ${((100 * b) / budget).toFixed(1)} %; highest minute ${highest}`,
    );
    expect(highest).toBeLessThanOrEqual(budget);
    expect(Math.min(a, b)).toBeGreaterThan(0.4 * budget);
    expect(a + b).toBeGreaterThan(0.9 * most(budget));
  });
});
