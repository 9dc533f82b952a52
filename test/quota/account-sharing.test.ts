import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Demand, demandsAt, fairShare } from "../../shared/quota/account-sharing.ts";

const now = 1_763_700_000;

function demand(changes: Partial<Demand> = {}): Demand {
  return { used: 0, told: now, hungry: 0, ...changes };
}

describe("a property's share of its account", () => {
  test("is all of it while nobody else wants any", () => {
    expect(fairShare(940, {}, "a", now)).toBe(940);
    expect(fairShare(940, { a: demand({ used: 900, hungry: now }) }, "a", now)).toBe(940);
    expect(fairShare(940, { b: demand({ told: now - 63, hungry: now - 63 }) }, "a", now)).toBe(940);
  });

  test("is an equal one while the others want more than they get", () => {
    const hungry = demand({ hungry: now });
    expect(fairShare(940, { b: hungry }, "a", now)).toBe(470);
    expect(fairShare(940, { b: hungry, c: hungry, d: hungry }, "a", now)).toBe(235);
  });

  test("is what the others leave, when they want little", () => {
    expect(fairShare(940, { b: demand({ used: 100 }) }, "a", now)).toBe(820);
    const two = { b: demand({ used: 100 }), c: demand({ hungry: now }) };
    expect(fairShare(940, two, "a", now)).toBe(410);
  });

  test("grows while another is silent, as what that one used leaves the window", () => {
    const shareAfter = (seconds: number) =>
      fairShare(940, { b: demand({ used: 400, told: now - seconds }) }, "a", now);
    expect(shareAfter(0)).toBe(470);
    expect(shareAfter(5)).toBe(470);
    expect(shareAfter(20)).toBe(574);
    expect(shareAfter(50)).toBe(802);
    expect(shareAfter(63)).toBe(940);
  });

  test("is never less than an equal one, and never nothing", () => {
    const arbitraryDemand = fc.record({
      used: fc.nat(2_000),
      told: fc.constant(now),
      hungry: fc.constantFrom(0, now - 5, now),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_200 }),
        fc.dictionary(fc.string({ minLength: 1 }), arbitraryDemand, { maxKeys: 8 }),
        (budget, others) => {
          const share = fairShare(budget, others, "", now);
          const count = Object.keys(others).length + 1;
          expect(share).toBeGreaterThanOrEqual(Math.max(Math.floor(budget / count), 1));
          expect(share).toBeLessThanOrEqual(Math.max(budget, 1));
        },
      ),
    );
  });
});

test("a property that has published nothing for a window is forgotten", () => {
  const demands = { a: demand({ told: now - 63 }), b: demand({ told: now - 62 }) };
  expect(Object.keys(demandsAt(demands, now))).toEqual(["b"]);
});
