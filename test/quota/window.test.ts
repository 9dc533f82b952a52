import { describe, expect, test } from "vitest";
import type { QuotaScope } from "../../shared/quota/quota.ts";
import {
  closeWindow,
  decideClaim,
  emptyWindow,
  type QuotaWindow,
  rollWindow,
  scopeUsage,
  subWindowsCovered,
} from "../../shared/quota/window.ts";

const start = 1_763_700_000_000;

const scope: QuotaScope = {
  kind: "property",
  id: "sc-domain:example.com",
  limit: 1_200,
  budget: 10,
  burst: 4,
};

/** Claims that must be granted: [instant after the start, requests]. */
function granted(...claims: readonly (readonly [number, number])[]): QuotaWindow {
  return claims.reduce((window, [afterMs, requests]) => {
    const decision = decideClaim(window, scope, requests, start + afterMs);
    if (decision.kind === "denied") throw new Error(`denied at ${afterMs}: ${decision.cause}`);
    return decision.next;
  }, emptyWindow);
}

function closedUntil(window: QuotaWindow, untilMs: number, reason: string): QuotaWindow {
  return closeWindow(window, { untilMs, reason, period: null });
}

describe("a claim", () => {
  test("is granted for one second from its decision", () => {
    expect(decideClaim(emptyWindow, scope, 3, start + 250)).toEqual({
      kind: "granted",
      next: { ...emptyWindow, head: start / 1_000, headCount: 3, earlier: [], total: 3 },
      validUntilMs: start + 1_250,
    });
  });

  test("counts in the head's second and in the window", () => {
    const window = granted([0, 3], [999, 1], [3_000, 2]);
    expect(window).toMatchObject({ headCount: 2, earlier: [0, 0, 4], total: 6 });
  });

  test("above the burst is denied until the next second", () => {
    const decision = decideClaim(granted([0, 3]), scope, 2, start + 10);
    expect(decision).toEqual({
      kind: "denied",
      scope: "property",
      cause: "burst",
      retryAtMs: start + 1_000,
      reason: null,
    });
    expect(decideClaim(granted([0, 3]), scope, 1, start + 10).kind).toBe("granted");
    expect(decideClaim(granted([0, 3]), scope, 2, start + 1_000).kind).toBe("granted");
  });

  test("above the budget is denied until enough sub-windows have left the window", () => {
    const full = granted([0, 1], [2_000, 4], [5_000, 4], [6_000, 1]);
    const retryAt = (requests: number) => {
      const decision = decideClaim(full, scope, requests, start + 6_500);
      return decision.kind === "denied" && decision.cause === "budget"
        ? decision.retryAtMs - start
        : decision.kind;
    };
    expect(retryAt(1)).toBe(63_000);
    expect(retryAt(2)).toBe(65_000);
    expect(retryAt(4)).toBe(65_000);
  });

  test("may ask for the whole budget once everything has left", () => {
    const wide = { ...scope, burst: 10 };
    const decision = decideClaim(granted([0, 1], [2_000, 1]), wide, 10, start + 2_500);
    expect(decision).toMatchObject({ kind: "denied", cause: "budget", retryAtMs: start + 65_000 });
  });

  test("by a clock behind the head counts in the head, and waits for the head's next second", () => {
    const ahead = granted([1_000, 3]);
    const decision = decideClaim(ahead, scope, 1, start + 200);
    expect(decision).toMatchObject({
      kind: "granted",
      next: { head: start / 1_000 + 1, headCount: 4, earlier: [] },
      validUntilMs: start + 1_200,
    });
    expect(decideClaim(ahead, scope, 2, start + 200)).toMatchObject({
      cause: "burst",
      retryAtMs: start + 2_000,
    });
  });

  test.each([0, -1, 1.5, Number.NaN, 5])("for %d requests is a mistake", (requests) => {
    expect(() => decideClaim(emptyWindow, scope, requests, start)).toThrowError(
      expect.objectContaining({ name: "QuotaError", code: "invalid-claim" }),
    );
  });
});

describe("rolling", () => {
  test("covers 63 sub-windows: the last instant that counts, and the first that does not", () => {
    expect(subWindowsCovered).toBe(63);
    const window = granted([999, 4]);
    expect(rollWindow(window, start + 62_999).total).toBe(4);
    expect(rollWindow(window, start + 63_000)).toMatchObject({ total: 0, earlier: [] });
  });

  test("over a gap of any length keeps no count too many and none too few", () => {
    const window = granted([0, 1], [1_000, 2], [3_000, 3]);
    expect(rollWindow(window, start + 60_000).earlier.slice(56)).toEqual([3, 0, 2, 1]);
    expect(rollWindow(window, start + 63_000).total).toBe(5);
    expect(rollWindow(window, start + 64_000).total).toBe(3);
    expect(rollWindow(window, start + 86_400_000)).toMatchObject({ total: 0, earlier: [] });
  });

  test("never goes back", () => {
    const window = granted([5_000, 1]);
    expect(rollWindow(window, start)).toBe(window);
  });
});

describe("the grants of two clocks a second apart", () => {
  test("arrive more than a minute apart, and no more than a second more than that", () => {
    const all = { ...scope, budget: 4 };
    // Claimed at the end of its sub-window by the clock behind, sent at its last valid instant …
    const first = decideClaim(emptyWindow, all, 4, start + 999);
    if (first.kind === "denied") throw new Error("an empty window denied");
    const firstArrivesAt = first.validUntilMs - 1;
    // … then claimed by the clock ahead as soon as it can be, and sent at once.
    const second = decideClaim(first.next, all, 4, start + 10_000);
    if (second.kind === "granted") throw new Error("the budget was passed");
    expect(decideClaim(first.next, all, 4, second.retryAtMs).kind).toBe("granted");
    const gapMs = second.retryAtMs - 1_000 - firstArrivesAt;
    expect(gapMs).toBeGreaterThan(60_000);
    expect(gapMs).toBeLessThan(61_000);
  });
});

describe("a closed window", () => {
  const closed = closedUntil(granted([0, 2]), start + 60_000, "Google refused");

  test("denies at once, with the reopening and the reason, and forgets no count", () => {
    expect(decideClaim(closed, scope, 1, start + 100)).toEqual({
      kind: "denied",
      scope: "property",
      cause: "closed",
      retryAtMs: start + 60_000,
      reason: "Google refused",
    });
    expect(decideClaim(closed, scope, 1, start + 59_999).kind).toBe("denied");
    expect(decideClaim(closed, scope, 1, start + 60_000)).toMatchObject({
      kind: "granted",
      next: { total: 3 },
    });
  });

  test("is never closed for less long, nor is its reason lost to a shorter closure", () => {
    expect(closedUntil(closed, start + 59_000, "other")).toEqual(closed);
    expect(closedUntil(closed, start + 61_000, "longer").standing.closure).toMatchObject({
      untilMs: start + 61_000,
      reason: "longer",
    });
  });

  test("that also lacks budget names the later of both instants", () => {
    const full = closedUntil(granted([0, 4], [1_000, 4], [2_000, 2]), start + 5_000, "load");
    expect(decideClaim(full, scope, 1, start + 2_500)).toMatchObject({
      cause: "closed",
      retryAtMs: start + 63_000,
    });
  });
});

describe("usage", () => {
  test("tells what the window holds now and the closure in effect", () => {
    const window = closedUntil(granted([0, 4], [1_000, 2]), start + 2_000, "second");
    expect(scopeUsage(window, scope, start + 1_500)).toEqual({
      scope: "property",
      id: "sc-domain:example.com",
      used: 6,
      budget: 10,
      limit: 1_200,
      closedUntilMs: start + 2_000,
      reason: "second",
    });
    expect(scopeUsage(window, scope, start + 63_000)).toMatchObject({
      used: 2,
      closedUntilMs: null,
      reason: null,
    });
  });
});
