import { expect, test } from "vitest";
import { drillResult, noFindings } from "../../../cli/drill/drill-result.ts";

const drill = { steps: [], runId: "run-1", startedAtMs: 0, endedAtMs: 400_000 };
const times = { provokedAtMs: 1_000, detectedAtMs: 5_000 };

function resultOf(found: Partial<ReturnType<typeof noFindings>>) {
  return drillResult("rate-limit-spike", { ...noFindings(), ...times, ...found }, drill);
}

test("counts from detection to effect, whatever came before and after", () => {
  expect(resultOf({ effectAtMs: 124_999 })).toMatchObject({
    pass: true,
    budgetMs: 120_000,
    detectionToEffectMs: 119_999,
    provocationToDetectionMs: 4_000,
    failure: null,
  });
});

test("fails when the budget is used up, and when anything else is not as it has to be", () => {
  expect(resultOf({ effectAtMs: 125_000 })).toMatchObject({
    pass: false,
    failure: "the rollback took longer than its budget",
  });
  const lost = resultOf({ effectAtMs: 6_000, failure: "rows: 3 missing, 0 wrong" });
  expect(lost).toMatchObject({ pass: false, failure: "rows: 3 missing, 0 wrong" });
  expect(resultOf({ failure: "not yet" })).toMatchObject({
    detectionToEffectMs: null,
    pass: false,
  });
});
