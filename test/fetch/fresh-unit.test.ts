import { describe, expect, onTestFinished, test } from "vitest";
import { startSampleSearchConsole } from "../../local/sample-search-console/sample-search-console.ts";
import { fetchUnit } from "../../shared/fetch/fetch-unit.ts";
import { takeMeter } from "../../shared/fetch/take-meter.ts";
import { findReport } from "../../shared/plan/report.ts";
import { createMemoryQuota } from "../../shared/quota/memory-quota.ts";
import { quotaScopes } from "../../shared/quota/scopes.ts";
import { isFinal } from "../../shared/rows/finality.ts";
import { googleSearchConsole } from "../../shared/search-console/google-search-console.ts";
import { memoryRowStore } from "../support/memory-row-store.ts";
import { pacific } from "../support/pacific.ts";

const siteUrl = "sc-domain:sample.example";
const hourMs = 3_600_000;
const date = pacific("2026-05-20");
const noonMs = Date.parse("2026-05-20T19:00:00Z");

/** The unit of 20 May, fetched at noon of each of five days. */
async function historyOf(reportId: string) {
  let nowMs = noonMs;
  const server = await startSampleSearchConsole({ now: () => nowMs });
  onTestFinished(() => server.stop());
  const report = findReport(reportId);
  if (report === undefined) throw new Error(`no report ${reportId}`);
  const rows = memoryRowStore();
  const quota = createMemoryQuota(() => nowMs);
  const scopes = quotaScopes({ siteUrl, accountId: "a", projectId: "p", qpm: undefined });
  const history = [];
  for (let age = 0; age < 5; age += 1) {
    nowMs = noonMs + age * 24 * hourMs;
    const unit = { siteUrl, report: report.id, date };
    const outcome = await fetchUnit(
      { unit, report, runId: `run-${age}`, token: age + 1 },
      {
        ports: {
          searchConsole: googleSearchConsole({ rootUrl: server.url }),
          quota,
          rows,
          clock: { nowMs: () => nowMs, random: () => 0, sleep: async () => {} },
        },
        scopes,
        meter: takeMeter(() => nowMs),
        signal: new AbortController().signal,
      },
    );
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
