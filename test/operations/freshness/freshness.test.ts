import { describe, expect, test } from "vitest";
import {
  freshnessOf,
  freshnessWindowDays,
  measureFreshness,
} from "../../../shared/operations/freshness/freshness.ts";
import { newProperty } from "../../../shared/registry/property.ts";
import { addDays, pacificDateAt } from "../../../shared/request/pacific-date.ts";
import type { UnitRecord } from "../../../shared/rows/unit-record.ts";
import { sampleRecord, sampleRows } from "../../support/samples/row-samples.ts";

const nowMs = Date.parse("2026-04-20T19:00:00Z");
const today = pacificDateAt(nowMs);
const siteUrl = "sc-domain:example.com";
const report = "page_query";
const dayMs = 86_400_000;

/** A unit of so many days ago, read last night. */
function stored(ago: number, rows = 3, changes: Partial<UnitRecord> = {}): UnitRecord {
  const unit = { siteUrl, report, date: addDays(today, -ago) };
  return sampleRecord(unit, 1, [sampleRows(rows)], { fetchedAtMs: nowMs - dayMs / 2, ...changes });
}

const lag = (records: readonly UnitRecord[], registeredDaysAgo = 100) =>
  freshnessOf({ siteUrl, report, sinceMs: nowMs - registeredDaysAgo * dayMs }, records, nowMs)
    .lagDays;

describe("a report is as far behind as", () => {
  test("its newest day with rows", () => {
    expect(lag([stored(5), stored(4), stored(3)])).toBe(3);
  });

  test("that day still, when later ones came back empty: they may say no data yet", () => {
    expect(lag([stored(6), stored(2, 0), stored(1, 0)])).toBe(6);
  });

  test("an empty day that is final", () => {
    expect(lag([stored(20), stored(12, 0), stored(2, 0)])).toBe(12);
  });

  test("a sync that goes on succeeding without data makes it: every day further", () => {
    const empty = Array.from({ length: 9 }, (_, index) => stored(index + 1, 0));
    expect(lag([stored(10), ...empty])).toBe(10);
  });

  test("its registration, where nothing is stored", () => {
    expect(lag([], 2)).toBe(2);
    expect(lag([], 1_000)).toBe(freshnessWindowDays);
  });
});

test("each report of a property is measured, within the window alone", async () => {
  const property = {
    ...newProperty(siteUrl, nowMs - 9 * dayMs),
    reports: ["page_query", "device"],
  };
  const asked: unknown[] = [];
  const measured = await measureFreshness(
    property,
    {
      async readUnits(query) {
        asked.push(query);
        return [stored(4)];
      },
    },
    nowMs,
  );
  expect(measured).toMatchObject([
    { report: "page_query", newestCompleteDate: addDays(today, -4), lagDays: 4 },
    { report: "device", newestCompleteDate: null, lagDays: 9 },
  ]);
  expect(asked).toEqual([
    { siteUrl, from: addDays(today, -freshnessWindowDays), to: today, reports: property.reports },
  ]);
});
