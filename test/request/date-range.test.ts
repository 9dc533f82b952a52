import { describe, expect, test } from "vitest";
import { lastDays, rangeFaults } from "../../shared/request/date-range.ts";
import { pacific } from "../support/samples/pacific.ts";

const now = Date.parse("2026-11-21T20:00:00Z");

describe("a range of days", () => {
  test("the last days end where data is expected to be final", () => {
    expect(lastDays(150, now)).toEqual({ from: "2026-06-22", to: "2026-11-18" });
    expect(lastDays(1, now)).toEqual({ from: "2026-11-18", to: "2026-11-18" });
  });

  test("a range within what Search Console keeps has no fault", () => {
    expect(rangeFaults(pacific("2025-07-21"), pacific("2026-11-21"), now)).toEqual([]);
  });

  test.each([
    ["2026-11-10", "2026-11-09", /ends .* before it begins/],
    ["2026-11-10", "2026-11-22", /in the future/],
    ["2025-07-01", "2025-07-02", /too old/],
  ])("%s to %s is refused", (from, to, fault) => {
    expect(rangeFaults(pacific(from), pacific(to), now).join()).toMatch(fault);
  });
});
