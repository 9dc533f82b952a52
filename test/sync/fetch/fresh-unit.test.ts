import { describe, expect, test } from "vitest";
import { isFinal } from "../../../shared/rows/finality.ts";
import { pacific } from "../../support/samples/pacific.ts";
import { sampleFetch } from "../../support/samples/sample-fetch.ts";

const dayMs = 86_400_000;
const noonMs = Date.parse("2026-05-20T19:00:00Z");

/** The unit of 20 May, fetched at noon of each of five days. */
async function historyOf(reportId: string) {
  let nowMs = noonMs;
  const sample = await sampleFetch(reportId, pacific("2026-05-20"), () => nowMs);
  const history = [];
  for (let age = 0; age < 5; age += 1) {
    nowMs = noonMs + age * dayMs;
    const outcome = await sample.fetch(age + 1);
    if (outcome.kind !== "done") throw new Error(outcome.kind);
    const { impressions, firstIncompleteDate, hash } = outcome.record;
    const final = isFinal(outcome.record, []);
    history.push({ age, impressions, firstIncompleteDate, hash, final });
  }
  return history;
}

describe("a day that is fetched while Google still collects it", () => {
  test("is not final until Google's first incomplete date has passed it", async () => {
    const history = await historyOf("fresh_page_query");
    expect(history.map(({ final }) => final)).toEqual([false, false, false, true, true]);
    expect(history.map(({ firstIncompleteDate }) => firstIncompleteDate)).toEqual([
      "2026-05-18",
      "2026-05-19",
      "2026-05-20",
      null,
      null,
    ]);
    const impressions = history.map((each) => each.impressions);
    expect(impressions).toEqual([...impressions].sort((a, b) => a - b));
    expect(history[3]?.hash).toBe(history[4]?.hash);
    expect(history[2]?.hash).not.toBe(history[3]?.hash);
  });

  test("by the hour, is not final while hours of it are incomplete, nor before its age", async () => {
    const history = await historyOf("hourly_totals");
    expect(history[0]?.firstIncompleteDate).toBe("2026-05-20");
    expect(history.map(({ final }) => final)).toEqual([false, false, false, true, true]);
  });
});
