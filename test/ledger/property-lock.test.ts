import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  acquireLock,
  freeRanges,
  holderInTheWay,
  type PropertyLock,
  releaseLock,
} from "../../shared/ledger/property-lock.ts";
import { addDays, datesFromTo } from "../../shared/request/pacific-date.ts";
import { aRun } from "../support/samples/a-run.ts";
import { pacific } from "../support/samples/pacific.ts";

const free: PropertyLock = { holders: {} };
const [mine, other] = [aRun(), aRun({ runId: "run-2" })];

function held(run = mine, untilMs = 1_000, nowMs = 0) {
  const decision = acquireLock(free, run, untilMs, nowMs);
  if (decision.kind === "held") throw new Error("a free lock is held");
  return decision.lock;
}

describe("a property's lock", () => {
  test("names its holder, with the holder's range", () => {
    expect(held()).toEqual({
      holders: { "run-1": { from: mine.from, to: mine.to, keepAutoSync: false, untilMs: 1_000 } },
    });
  });

  test("is renewed by its holder", () => {
    expect(acquireLock(held(), mine, 5_000, 900)).toMatchObject({
      kind: "changed",
      lock: { holders: { "run-1": { untilMs: 5_000 } } },
    });
  });

  test("is refused to another until its time is over, to the millisecond", () => {
    expect(acquireLock(held(), other, 5_000, 999)).toEqual({ kind: "held", by: "run-1" });
    const decision = acquireLock(held(), other, 5_000, 1_000);
    expect(decision.kind === "changed" && Object.keys(decision.lock.holders)).toEqual(["run-2"]);
  });

  test("that ran out is still its old holder's for the asking", () => {
    expect(acquireLock(held(), mine, 5_000, 2_000).kind).toBe("changed");
  });

  test("is let go by its holder alone", () => {
    expect(releaseLock(held(), "run-1")).toEqual(free);
    expect(releaseLock(held(), "run-2")).toEqual(held());
    expect(releaseLock(free, "run-1")).toEqual(free);
  });
});

describe("a property's lock among runs that keep the auto sync", () => {
  const backfill = aRun({
    runId: "backfill",
    from: pacific("2026-01-10"),
    to: pacific("2026-01-20"),
    keepAutoSync: true,
  });
  const before = { from: pacific("2026-01-01"), to: pacific("2026-01-09") };
  const after = { from: pacific("2026-01-21"), to: pacific("2026-01-31") };
  const newest = aRun({ runId: "sync", ...after, keepAutoSync: true });

  test("has several holders on disjoint days, each renewed by itself", () => {
    const first = acquireLock(held(backfill), newest, 2_000, 500);
    const second = first.kind === "changed" && acquireLock(first.lock, backfill, 9_000, 600);
    expect(second && second.kind === "changed" && second.lock.holders).toEqual({
      backfill: {
        from: backfill.from,
        to: backfill.to,
        keepAutoSync: true,
        untilMs: 9_000,
      },
      sync: { ...after, keepAutoSync: true, untilMs: 2_000 },
    });
  });

  test("is refused to one whose days overlap, by a day", () => {
    const from = pacific("2026-01-20");
    expect(acquireLock(held(backfill), { ...newest, from }, 2_000, 500)).toEqual({
      kind: "held",
      by: "backfill",
    });
    expect(holderInTheWay(held(backfill), { ...newest, from }, 500)).toBe("backfill");
  });

  test("is refused to one that wants to be alone, and by one that does", () => {
    const alone = { ...newest, keepAutoSync: false };
    expect(acquireLock(held(backfill), alone, 2_000, 500).kind).toBe("held");
    expect(acquireLock(held(alone), backfill, 2_000, 500).kind).toBe("held");
  });

  test("forgets a holder whose time is over", () => {
    const decision = acquireLock(held(backfill), newest, 2_000, 1_000);
    expect(decision.kind === "changed" && Object.keys(decision.lock.holders)).toEqual(["sync"]);
  });

  test("leaves the days before and after a holder's free", () => {
    const month = { from: before.from, to: after.to };
    expect(freeRanges(held(backfill), month, 500)).toEqual({
      kind: "free",
      ranges: [before, after],
      by: "backfill",
    });
    expect(freeRanges(held(backfill), before, 500)).toMatchObject({ ranges: [before], by: null });
    expect(freeRanges(held(backfill), month, 1_000)).toMatchObject({ ranges: [month], by: null });
    expect(freeRanges(held(backfill), backfill, 500)).toEqual({ kind: "held", by: "backfill" });
    const alone = held({ ...backfill, keepAutoSync: false });
    expect(freeRanges(alone, before, 500)).toEqual({ kind: "held", by: "backfill" });
  });

  test("is granted on free days and on no others", () => {
    const anySpan = fc.tuple(fc.nat(40), fc.nat(12));
    const anything = fc.property(
      fc.array(anySpan, { maxLength: 4 }),
      anySpan,
      (spans, [first, length]) => {
        const dateOf = (index: number) => addDays(pacific("2026-01-01"), index);
        const lock = spans.reduce((sofar: PropertyLock, [start, days], index) => {
          const range = { from: dateOf(start), to: dateOf(start + days) };
          const run = { runId: `run-${index}`, ...range, keepAutoSync: true };
          const decision = acquireLock(sofar, run, 1_000, 0);
          return decision.kind === "changed" ? decision.lock : sofar;
        }, free);
        const range = { from: dateOf(first), to: dateOf(first + length) };
        const asked = freeRanges(lock, range, 0);
        const granted = asked.kind === "held" ? [] : asked.ranges;
        for (const date of datesFromTo(range.from, range.to)) {
          const within = ({ from, to }: typeof range) => from <= date && date <= to;
          expect(
            granted.filter(within).length + Object.values(lock.holders).filter(within).length,
          ).toBe(1);
        }
        for (const part of granted) {
          expect(holderInTheWay(lock, { ...part, keepAutoSync: true }, 0)).toBe(undefined);
        }
      },
    );
    fc.assert(anything);
  });
});
