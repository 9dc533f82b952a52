import fc from "fast-check";
import { expect, test } from "vitest";
import { mayBeginUnit } from "../../../shared/sync/fetch/work-units.ts";

test("no unit begins after 4 s", () => {
  expect(mayBeginUnit(3_999, 0)).toBe(true);
  expect(mayBeginUnit(4_000, 0)).toBe(false);
});

test("a unit that takes no longer than the longest so far ends within 4.5 s", () => {
  const ms = fc.nat(10_000);
  fc.assert(
    fc.property(ms, ms, (elapsedMs, longestMs) => {
      if (mayBeginUnit(elapsedMs, longestMs)) {
        expect(elapsedMs + longestMs).toBeLessThan(4_500);
      }
    }),
  );
});
