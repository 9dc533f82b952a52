import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  costLines,
  countedOperations,
  dynamoRowsCost,
  pipelineCost,
  prices,
} from "../../bench/overhead/run-cost.ts";

const page = readFileSync(new URL("../../docs/cost.md", import.meta.url), "utf8");

describe("what a run costs", () => {
  test("stands in docs/cost.md as the formula gives it", () => {
    for (const line of costLines()) expect(page).toContain(line);
  });

  test("names the operations that were counted", () => {
    for (const [cause, { writes, reads, queue, transitions, events }] of Object.entries(
      countedOperations,
    )) {
      expect(page).toContain(
        `| ${cause} | ${writes} | ${reads} | ${queue} | ${transitions} | ${events} |`,
      );
    }
  });

  test("grows with each thing that is done", () => {
    const work = { runs: 1, nightRuns: 0, units: 10, requests: 20, rows: 100_000 };
    const cost = pipelineCost(work);
    for (const more of [
      { runs: 9 },
      { nightRuns: 1 },
      { units: 11 },
      { requests: 40 },
      { rows: 1_000_000 },
    ]) {
      expect(pipelineCost({ ...work, ...more })).toBeGreaterThan(cost);
    }
    expect(dynamoRowsCost(work, 100_000)).toBeCloseTo(100_000 * prices.write);
    // Each row was replaced twice: written three times, deleted twice.
    expect(dynamoRowsCost({ ...work, rows: 300_000 }, 100_000)).toBeCloseTo(500_000 * prices.write);
  });
});
