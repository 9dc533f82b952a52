import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { QuotaScope } from "../../shared/quota/quota.ts";
import {
  closeWindow,
  decideClaim,
  emptyWindow,
  type QuotaWindow,
  subWindowsCovered,
} from "../../shared/quota/window.ts";

const start = 1_763_700_000_000;

function scopeOf(budget: number, burst: number): QuotaScope {
  return { kind: "property", id: "sc-domain:example.com", limit: 1_200, budget, burst };
}

/** Milliseconds of an interval, its ends far more often than chance would have them. */
function edgy(max: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.constant(max) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max }) },
  );
}

/** A claimer's clock shows true time plus an offset in [0, 1000]; it may change at every claim. */
const arbitraryClaim = fc.record({
  pauseMs: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 1_500 }) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 40_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 55_000, max: 70_000 }) },
  ),
  offsetAtClaimMs: edgy(1_000),
  offsetAtSendMs: edgy(1_000),
  /** From reading the clock to the write of the claim. */
  writeMs: edgy(999),
  /** From the write to sending, unless the grant lapses first. */
  sendDelayMs: edgy(999),
  requests: fc.integer({ min: 1, max: 4 }),
});

type Claim = typeof arbitraryClaim extends fc.Arbitrary<infer T> ? T : never;

/** True instants at which granted requests arrive, one entry a request, in order. */
function arrivals(scope: QuotaScope, claims: readonly Claim[]): readonly number[] {
  let trueMs = start;
  const writes = claims.map((claim) => {
    trueMs += claim.pauseMs;
    return { claim, readMs: trueMs, writtenMs: trueMs + claim.writeMs };
  });
  writes.sort((a, b) => a.writtenMs - b.writtenMs);

  let window: QuotaWindow = emptyWindow;
  const sent: number[] = [];
  for (const { claim, readMs, writtenMs } of writes) {
    const decision = decideClaim(window, scope, claim.requests, readMs + claim.offsetAtClaimMs);
    if (decision.kind === "denied") continue;
    window = decision.next;
    const lastValidMs = decision.validUntilMs - 1 - claim.offsetAtSendMs;
    if (lastValidMs < writtenMs) continue; // lapsed before it could be sent: not sent
    const sendMs = Math.min(writtenMs + claim.sendDelayMs, lastValidMs);
    sent.push(...new Array<number>(claim.requests).fill(sendMs));
  }
  return sent.sort((a, b) => a - b);
}

/** The most entries within any 60 s, both ends included. */
function highestRollingMinute(sorted: readonly number[]): number {
  let first = 0;
  return sorted.reduce((highest, instant, index) => {
    while (instant - (sorted[first] ?? instant) > 60_000) first += 1;
    return Math.max(highest, index - first + 1);
  }, 0);
}

describe("arrivals of granted requests", () => {
  test("never pass the budget in any rolling minute, whatever clocks, delays and gaps", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 12 }),
        fc.integer({ min: 4, max: 12 }),
        fc.array(arbitraryClaim, { minLength: 10, maxLength: 300, size: "max" }),
        (budget, burst, claims) => {
          const sorted = arrivals(scopeOf(budget, burst), claims);
          expect(highestRollingMinute(sorted)).toBeLessThanOrEqual(budget);
        },
      ),
      { numRuns: 1_500 },
    );
  });

  test("nor at the default budget, with claims without pause", () => {
    const steady = arbitraryClaim.map((claim) => ({ ...claim, pauseMs: claim.pauseMs % 120 }));
    fc.assert(
      fc.property(
        fc.array(steady, { minLength: 1_800, maxLength: 2_200, size: "max" }),
        (claims) => {
          const sorted = arrivals(scopeOf(940, 20), claims);
          expect(highestRollingMinute(sorted)).toBeLessThanOrEqual(940);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("a denied claim", () => {
  test("would still be denied a millisecond before retryAtMs, and is granted at it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 12 }),
        fc.integer({ min: 4, max: 12 }),
        fc.array(arbitraryClaim, { minLength: 1, maxLength: 60, size: "max" }),
        fc.option(fc.integer({ min: 0, max: 200_000 }), { nil: null }),
        (budget, burst, claims, closedForMs) => {
          const scope = scopeOf(budget, burst);
          let nowMs = start;
          let window: QuotaWindow = emptyWindow;
          const closure =
            closedForMs === null
              ? null
              : { untilMs: start + closedForMs, reason: "closed", period: null };
          for (const claim of claims) {
            nowMs += claim.pauseMs;
            const decision = decideClaim(window, scope, claim.requests, nowMs);
            if (decision.kind === "granted") {
              window = closure === null ? decision.next : closeWindow(decision.next, closure);
              continue;
            }
            const { retryAtMs } = decision;
            expect(retryAtMs).toBeGreaterThan(nowMs);
            expect(decideClaim(window, scope, claim.requests, retryAtMs - 1).kind).toBe("denied");
            expect(decideClaim(window, scope, claim.requests, retryAtMs).kind).toBe("granted");
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("saturated for ten minutes", () => {
  test("at least 95 % of what the window's length allows is granted", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 5, max: 25 }),
        fc.constantFrom([940, 20] as const, [1_200, 30] as const, [60, 20] as const),
        (requests, offsets, everyMs, [budget, burst]) => {
          const scope = scopeOf(budget, burst);
          let window: QuotaWindow = emptyWindow;
          let granted = 0;
          for (let passedMs = 0, turn = 0; passedMs < 600_000; passedMs += everyMs, turn += 1) {
            const offsetMs = offsets[turn % offsets.length] ?? 0;
            const decision = decideClaim(window, scope, requests, start + passedMs + offsetMs);
            if (decision.kind === "denied") continue;
            window = decision.next;
            granted += requests;
          }
          const allowed = (budget * 600) / subWindowsCovered;
          expect(granted).toBeGreaterThanOrEqual(0.95 * allowed);
        },
      ),
      { numRuns: 60 },
    );
  });
});
