import { describe, expect, test } from "vitest";
import type { SearchConsole } from "../../../shared/search-console/search-console.ts";
import { pacific } from "../../support/samples/pacific.ts";
import { sampleFetch } from "../../support/samples/sample-fetch.ts";

const dayMs = 86_400_000;
const date = pacific("2026-05-20");
const noonMs = Date.parse("2026-05-20T19:00:00Z");

/** A unit that was stored at three days of age, and that Google then answers without rows. */
async function storedUnit(reportId: string) {
  let nowMs = noonMs + 3 * dayMs;
  let isEmpty = false;
  const sample = await sampleFetch(
    reportId,
    date,
    () => nowMs,
    (google): SearchConsole => ({
      fetchPage: (...asked) =>
        isEmpty
          ? Promise.resolve({ rows: [], aggregation: null, firstIncompleteDate: null })
          : google.fetchPage(...asked),
    }),
  );
  const stored = await sample.fetch(1);
  if (stored.kind !== "done") throw new Error(stored.kind);
  return {
    record: stored.record,
    async fetchEmptyAfter(days: number, token: number) {
      nowMs = noonMs + days * dayMs;
      isEmpty = true;
      return sample.fetch(token);
    },
    async seen() {
      const query = { siteUrl: stored.record.siteUrl, from: date, to: date };
      const rows = [];
      for await (const row of sample.rows.streamRows(query)) rows.push(row);
      return { records: await sample.rows.readUnits(query), rows: rows.length };
    },
  };
}

describe("an empty answer for a stored unit", () => {
  test.each([
    ["page_query", 600],
    // Refused by nobody: a day of grace.
    ["page_query", 489],
    ["hourly_totals", 11],
    ["hourly_totals", 9],
  ])("of %s that is %i days old leaves the rows, which exist nowhere else", async (id, age) => {
    const unit = await storedUnit(id);
    expect(unit.record.rows).toBeGreaterThan(0);
    expect(await unit.fetchEmptyAfter(age, 2)).toEqual({ kind: "done", record: unit.record });
    expect(await unit.seen()).toEqual({ records: [unit.record], rows: unit.record.rows });
  });

  test.each([
    ["page_query", 485],
    ["hourly_totals", 6],
  ])("of %s that is %i days old, which Google still keeps, is what is stored", async (id, age) => {
    const unit = await storedUnit(id);
    expect(await unit.fetchEmptyAfter(age, 2)).toMatchObject({ record: { rows: 0 } });
    expect((await unit.seen()).rows).toBe(0);
  });
});
