import { describe, expect, test } from "vitest";
import { compareRuns, pageFaults } from "../../../shared/operations/rollout/compare-runs.ts";
import {
  settleDifferences,
  stretchesOf,
} from "../../../shared/operations/rollout/settle-differences.ts";
import { addDays, datesFromTo, pacificDateAt } from "../../../shared/request/pacific-date.ts";
import type { UnitRecord } from "../../../shared/rows/unit-record.ts";
import { sampleRecord, sampleRows, sampleUnit } from "../../support/samples/row-samples.ts";

const dates = datesFromTo(sampleUnit(0).date, sampleUnit(3).date);
const late = Date.UTC(2026, 10, 22);
const forced = { forced: true };

function record(day: number, runId: string, count = 5, changes: Partial<UnitRecord> = {}) {
  const rows = sampleRows(count, `day ${day}`);
  return sampleRecord(sampleUnit(day), 1, [rows], { runId, fetchedAtMs: late, ...changes });
}

const all = (runId: string) => dates.map((_, day) => record(day, runId));
const run = (runId: string, records: readonly UnitRecord[]) => ({ runId, records });

describe("two runs of the same days", () => {
  test("are equal when rows and hashes are", () => {
    const { days, ...pages } = compareRuns(dates, run("a", all("a")), run("b", all("b")), forced);
    expect(days.map(({ difference }) => difference)).toEqual([null, null, null, null]);
    expect(days[0]).toMatchObject({ sequentialRows: 5, concurrentRows: 5 });
    expect(pages).toEqual({ missingPages: 0, doubledPages: 0 });
  });

  test.each([
    ["one row fewer", record(1, "b", 4), "5 rows, then 4"],
    ["as many other rows", record(1, "b", 5, { hash: "other" }), "as many rows, and others"],
    ["an earlier run's day", record(1, "older"), "the concurrent run did not complete it"],
  ])("differ by %s", (_what, planted, difference) => {
    const records = all("b").with(1, planted);
    const { days } = compareRuns(dates, run("a", all("a")), run("b", records), forced);
    expect(days.map((day) => day.difference)).toEqual([null, difference, null, null]);
  });

  test("may differ in the rows of a day that is not final, never in their number", () => {
    const today = pacificDateAt(late);
    const fresh = (runId: string, changes: Partial<UnitRecord>) =>
      record(0, runId, 5, { ...changes, date: addDays(today, -1) });
    const compare = (changes: Partial<UnitRecord>) =>
      compareRuns(
        [addDays(today, -1)],
        run("a", [fresh("a", {})]),
        run("b", [fresh("b", changes)]),
        forced,
      ).days[0]?.difference;
    expect(compare({ hash: "other" })).toBeNull();
    expect(compare({ rows: 6 })).toBe("5 rows, then 6");
  });

  test("that skip what is final are compared by what is stored", () => {
    const stored = run("b", all("older"));
    const { days } = compareRuns(dates, run("a", all("older")), stored, { forced: false });
    expect(days.every(({ difference }) => difference === null)).toBe(true);
  });
});

describe("a unit's page requests", () => {
  const paging = { pageRows: 10, unitRowCap: 30 };
  const pages = (...sizes: readonly (readonly [startRow: number, rows: number])[]) => ({
    pages: sizes.map(([startRow, rows]) => ({ startRow, rows })),
  });

  test.each([
    ["the short one alone", pages([0, 3]), 0, 0],
    ["full ones and the short one", pages([0, 10], [10, 10], [20, 0]), 0, 0],
    ["full ones up to the cap", pages([0, 10], [10, 10], [20, 10]), 0, 0],
    ["a lost one in the middle", pages([0, 10], [20, 4]), 1, 0],
    ["a lost last one", pages([0, 10]), 1, 0],
    ["a lost first one", pages([10, 3]), 1, 0],
    ["none", pages(), 1, 0],
    ["a doubled one", pages([0, 10], [0, 10], [10, 1]), 0, 1],
  ])("%s", (_what, unit, missing, doubled) => {
    expect(pageFaults(unit, paging)).toEqual({ missing, doubled });
  });
});

describe("a third fetch of a day that differs", () => {
  const planted = all("b").with(1, record(1, "b", 7));
  const { days } = compareRuns(dates, run("a", all("a")), run("b", planted), forced);

  test.each([
    ["what the concurrent run stored is a revision of Google's", record(1, "c", 7), "google", 7],
    ["what the baseline stored is a loss of ours", record(1, "c", 5), "ours", 5],
    ["something else again proves nothing, so ours", record(1, "c", 9), "ours", 9],
    ["nothing is ours", record(1, "b", 7), "ours", null],
  ])("that gives %s", (_what, third, cause, thirdRows) => {
    const settled = settleDifferences(days, run("b", planted), run("c", [third]));
    expect(settled).toMatchObject([{ date: dates[1], cause, thirdRows }]);
  });

  test("is made of stretches of following days", () => {
    const [a, b, c, d] = dates;
    if (!a || !b || !c || !d) throw new Error("four days");
    const next = (date: typeof a) => addDays(date, 1);
    expect(stretchesOf([d, a, b], next)).toEqual([
      { from: a, to: b },
      { from: d, to: d },
    ]);
    expect(stretchesOf([], next)).toEqual([]);
  });
});
