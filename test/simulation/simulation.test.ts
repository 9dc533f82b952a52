import { describe, expect, test } from "vitest";
import { addCoverage, allMoves, newCoverage } from "./coverage.ts";
import { type History, runHistory } from "./history.ts";
import { isBugName, plantedBugs } from "./planted-bugs.ts";
import { replayCommand } from "./replay-command.ts";

const fixedSeeds = Array.from({ length: 400 }, (_, index) => index + 1);
const freshSeeds = Array.from({ length: 40 }, (_, index) => (Date.now() % 1e9) + index);

function complaint({ seed, violations }: History): string {
  return `seed ${seed}: ${violations.join("; ")}\n  ${replayCommand(seed)}`;
}

describe("the pipeline in a world where anything may die, be lost, doubled or late", () => {
  test("comes out as if one careful person had fetched it, for every seed of the list", async () => {
    const coverage = newCoverage();
    const complaints: string[] = [];
    for (const seed of fixedSeeds) {
      const history = await runHistory(seed);
      addCoverage(coverage, history.coverage);
      if (history.violations.length > 0) complaints.push(complaint(history));
    }
    expect(complaints.join("\n")).toBe("");
    expect(allMoves.filter((move) => !coverage.transitions.has(move))).toEqual([]);
    expect(coverage.crashPoints.size).toBeGreaterThan(50);
  });

  test("has met new seeds, and each of them tells the same story twice", async () => {
    console.log(`fresh seeds: ${freshSeeds[0]} to ${freshSeeds.at(-1)}`);
    for (const seed of freshSeeds) {
      const history = await runHistory(seed);
      // Reported, and put right with its seed in the list: what is new must not stop others.
      if (history.violations.length > 0) console.error(complaint(history));
      const again = await runHistory(seed);
      expect([again.steps, again.durationMs, again.violations]).toEqual([
        history.steps,
        history.durationMs,
        history.violations,
      ]);
    }
  });
});

describe("the simulation finds", () => {
  test.each(Object.keys(plantedBugs).filter(isBugName))("%s within 1,000 seeds", async (name) => {
    let seed = 1;
    for (; seed <= 1_000; seed += 1) {
      const { violations } = await runHistory(seed, { bug: plantedBugs[name] });
      if (violations.length > 0) break;
    }
    expect(seed).toBeLessThanOrEqual(1_000);
  });
});
