import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addDays,
  datesFromTo,
  daysBetween,
  nextPacificMidnight,
  pacificDateAt,
  parsePacificDate,
} from "../../shared/request/pacific-date.ts";
import { pacific } from "../support/samples/pacific.ts";

const at = (text: string) => Date.parse(text);

describe("the Pacific date at an instant", () => {
  test.each([
    ["2026-11-21T07:59:59Z", "2026-11-20"],
    ["2026-11-21T08:00:00Z", "2026-11-21"],
    ["2026-07-01T06:59:59Z", "2026-06-30"],
    ["2026-07-01T07:00:00Z", "2026-07-01"],
    // Clocks go forward on 2026-03-08 and back on 2026-11-01.
    ["2026-03-08T07:59:59Z", "2026-03-07"],
    ["2026-03-08T08:00:00Z", "2026-03-08"],
    ["2026-03-09T07:00:00Z", "2026-03-09"],
    ["2026-11-01T06:59:59Z", "2026-10-31"],
    ["2026-11-01T07:00:00Z", "2026-11-01"],
    ["2026-11-02T07:59:59Z", "2026-11-01"],
    ["2026-11-02T08:00:00Z", "2026-11-02"],
  ])("%s is in %s", (instant, date) => {
    expect(pacificDateAt(at(instant))).toBe(date);
  });
});

describe("the next Pacific midnight", () => {
  test.each([
    ["2026-11-21T08:00:00Z", "2026-11-22T08:00:00Z"],
    ["2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z"],
    ["2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z"],
    ["2026-11-01T08:30:00Z", "2026-11-02T08:00:00Z"],
  ])("after %s is %s", (instant, midnight) => {
    expect(nextPacificMidnight(at(instant))).toBe(at(midnight));
  });
});

describe("calendar arithmetic", () => {
  test("a day that is none is refused", () => {
    for (const text of ["2026-02-30", "2026-13-01", "2026-1-1", "", "yesterday", "2026-01-01T00"]) {
      expect(parsePacificDate(text)).toBeUndefined();
    }
    expect(parsePacificDate("2028-02-29")).toBe("2028-02-29");
  });

  test("adding days and counting them agree, across both DST changes", () => {
    const offset = fc.integer({ min: -1_000, max: 1_000 });
    fc.assert(
      fc.property(offset, offset, (a, b) => {
        const from = addDays(pacific("2026-03-01"), a);
        expect(daysBetween(from, addDays(from, b))).toBe(b);
      }),
    );
  });

  test("a range holds each of its days once, in order", () => {
    const dates = datesFromTo(pacific("2026-10-30"), pacific("2026-11-03"));
    expect(dates).toEqual(["2026-10-30", "2026-10-31", "2026-11-01", "2026-11-02", "2026-11-03"]);
    expect(datesFromTo(pacific("2026-11-03"), pacific("2026-11-02"))).toEqual([]);
  });
});
