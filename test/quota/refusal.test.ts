import { describe, expect, test } from "vitest";
import type { QuotaRefusal } from "../../shared/quota/quota.ts";
import { closureAfterRefusal } from "../../shared/quota/refusal.ts";

const noon = Date.parse("2026-01-15T12:00:00-08:00");

function refusal(details: Partial<QuotaRefusal>): QuotaRefusal {
  return { kind: "quota", period: "minute", scope: "property", retryAfterMs: null, ...details };
}

describe("a refusal by Google", () => {
  test.each([
    ["second", 2_000, /a second/],
    ["minute", 60_000, /a minute/],
    ["load", 900_000, /load quota/],
    ["day", 12 * 3_600_000, /Pacific day/],
  ] as const)("for its %s quota closes for %d ms", (period, forMs, reason) => {
    const closure = closureAfterRefusal(refusal({ period }), noon);
    expect(closure.untilMs - noon).toBe(forMs);
    expect(closure.reason).toMatch(reason);
  });

  test("for the load quota soon after the last load closure lasts until Pacific midnight", () => {
    const load = refusal({ period: "load" });
    const lastsMs = (sinceReopeningMs: number) =>
      closureAfterRefusal(load, noon, noon - sinceReopeningMs).untilMs - noon;
    expect(lastsMs(0)).toBe(12 * 3_600_000);
    expect(lastsMs(899_999)).toBe(12 * 3_600_000);
    expect(lastsMs(900_000)).toBe(900_000);
    expect(lastsMs(-1)).toBe(900_000);
  });

  test.each([
    ["2026-03-08T00:30:00-08:00", 22.5],
    ["2026-11-01T00:30:00-07:00", 24.5],
  ])("for the day ends at Pacific midnight on %s too, when clocks change", (instant, hours) => {
    const nowMs = Date.parse(instant);
    const closure = closureAfterRefusal(refusal({ period: "day", scope: "project" }), nowMs);
    expect(closure.untilMs - nowMs).toBe(hours * 3_600_000);
  });

  test("closes for as long as Retry-After says, if that is longer", () => {
    const until = (retryAfterMs: number) =>
      closureAfterRefusal(refusal({ retryAfterMs }), noon).untilMs - noon;
    expect(until(90_000)).toBe(90_000);
    expect(until(5_000)).toBe(60_000);
  });
});
