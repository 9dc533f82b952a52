import { describe, expect, test } from "vitest";
import { type Lowering, lowered, loweredAt } from "../../shared/quota/lowering.ts";

const start = 1_763_700_000_000;
const hour = 3_600_000;
const rule = { firstMs: hour, longestMs: 24 * hour };

describe("what is granted after a lowering", () => {
  const lowering: Lowering = { to: 57, atMs: start, recoveryMs: hour };

  test("stays near what was found for a while, and is whole again after the recovery", () => {
    const at = (minutes: number) => loweredAt(lowering, 940, start + minutes * 60_000);
    expect(at(0)).toBe(57);
    expect(at(9)).toBeLessThanOrEqual(60);
    expect(at(30)).toBeGreaterThan(150);
    expect(at(60)).toBe(940);
    expect(at(600)).toBe(940);
  });

  test("never falls as time passes, nor below its value for a clock that is behind", () => {
    const values = Array.from({ length: 70 }, (_, minute) =>
      loweredAt(lowering, 940, start + minute * 60_000),
    );
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(loweredAt(lowering, 940, start - 1_000)).toBe(57);
  });

  test("is what is configured, where that is less", () => {
    expect(loweredAt(lowering, 50, start)).toBe(50);
    expect(loweredAt(null, 940, start)).toBe(940);
  });
});

describe("a scope that is lowered again", () => {
  test("before it has recovered, takes twice as long to recover, up to the longest", () => {
    let lowering = lowered(null, 57, rule, start);
    const lengths: number[] = [lowering.recoveryMs];
    for (let nth = 0; nth < 6; nth += 1) {
      lowering = lowered(lowering, 57, rule, lowering.atMs + lowering.recoveryMs - 1);
      lengths.push(lowering.recoveryMs);
    }
    expect(lengths.map((ms) => ms / hour)).toEqual([1, 2, 4, 8, 16, 24, 24]);
  });

  test("after it has recovered, begins anew", () => {
    const first = lowered(lowered(null, 57, rule, start), 57, rule, start + 1);
    expect(first.recoveryMs).toBe(2 * hour);
    expect(lowered(first, 57, rule, start + 3 * hour).recoveryMs).toBe(hour);
  });
});
