import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs } from "../../shared/lib/backoff.ts";

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test("waits double from half a second up to a minute", () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 8, 9, 50].map((attempts) => backoffMs(attempts, 1));
  expect(longest).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
  ]);
});

test("chance spreads a wait over the upper half of its length", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), random, (attempts, chance) => {
      const waitMs = backoffMs(attempts, chance);
      expect(waitMs).toBeGreaterThanOrEqual(backoffMs(attempts, 1) / 2);
      expect(waitMs).toBeLessThanOrEqual(backoffMs(attempts, 1));
    }),
  );
});
