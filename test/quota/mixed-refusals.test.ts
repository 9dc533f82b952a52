import { describe, expect, test } from "vitest";
import type { QuotaScope } from "../../shared/quota/quota.ts";
import { refuseWindow } from "../../shared/quota/refusal.ts";
import { emptyWindow, type QuotaWindow, subWindowAt } from "../../shared/quota/window.ts";
import type { QuotaPeriod } from "../../shared/search-console/search-console-error.ts";

const start = 1_763_700_000_000;
const scope: QuotaScope = { kind: "property", id: "p", budget: 940, limit: 1_200, burst: 20 };
const hour = 3_600_000;

function aWindow(total: number, nowMs: number): QuotaWindow {
  return { ...emptyWindow, head: subWindowAt(nowMs), headCount: total, total };
}

/** As many as it takes to believe that the minute's limit is reached. */
const believed = Array<QuotaPeriod>(8).fill("minute");

/** Refusals of requests that were under way together, 20 ms apart. */
function heard(window: QuotaWindow, periods: readonly QuotaPeriod[], fromMs: number): QuotaWindow {
  return periods.reduce(
    (before, period, index) =>
      refuseWindow(before, scope, { period, retryAfterMs: null }, fromMs + index * 20),
    window,
  );
}

describe("refusals of several limits at once count once each", () => {
  test("ten of the minute's, after the load quota's", () => {
    const { standing } = heard(aWindow(620, start), ["load", ...Array(10).fill("minute")], start);
    expect(standing.budget?.to).toBeGreaterThan(570);
    expect(standing.budget?.recoveryMs).toBe(hour);
    expect(standing.closure?.period).toBe("load");
  });

  test("six of the second's, after the minute's", () => {
    const { standing } = heard(
      aWindow(620, start),
      [...believed, ...Array(6).fill("second")],
      start,
    );
    expect(standing.burst).toMatchObject({ to: 10, recoveryMs: hour / 6 });
  });

  test("the load quota's, twice within its closure, is not the second in a row", () => {
    const { standing } = heard(aWindow(620, start), ["day", "load", "load"], start);
    expect(standing.loadUntilMs).toBe(start + 20 + 15 * 60_000);
  });

  test("the minute's again in the next minute is another", () => {
    const first = heard(aWindow(620, start), believed, start);
    const { standing } = heard(first, ["minute", "minute"], start + 61_000);
    expect(standing.budget).toMatchObject({ recoveryMs: 2 * hour, atMs: start + 61_020 });
  });
});
