import { describe, expect, test } from "vitest";
import {
  leaveWorkerSlot,
  takeWorkerSlot,
  type WorkerSlots,
  workerSlotMs,
} from "../../shared/ledger/worker-slots.ts";
import { newCoverage } from "./coverage.ts";
import { watchWorkerSlots } from "./watch-worker-slots.ts";

/** Worker slots under a watch; `mayRunOut`: somebody has stood still. */
function watchedSlots(mayRunOut = false) {
  const violations: string[] = [];
  let nowMs = 1_000_000;
  let slots: WorkerSlots = {};
  const watch = watchWorkerSlots({
    nowMs: () => nowMs,
    skewMs: 1_000,
    mayRunOut: () => mayRunOut,
    coverage: newCoverage(),
    violated: (what) => violations.push(what),
  });
  function decided(after: WorkerSlots | null, wanted: boolean, levers: readonly number[]): void {
    watch.decided({ before: slots, after, wanted }, levers);
    slots = after ?? slots;
  }
  return {
    violations,
    watch,
    /** Somebody asks for a slot of `most`, where the levers are others. */
    take: (name: string, most: number, levers = [2]) =>
      decided(takeWorkerSlot(slots, name, most, nowMs), true, levers),
    leave: (name: string) => decided(leaveWorkerSlot(slots, name), false, [2]),
    pass(ms: number): void {
      nowMs += ms;
    },
  };
}

describe("slots under a watch", () => {
  test("are right when they are as many as the lever, or as one that was read before", () => {
    const { violations, take, leave } = watchedSlots();
    for (const name of ["a", "b", "c"]) take(name, 2);
    leave("a");
    take("d", 2);
    take("e", 3, [3, 2]);
    expect(violations).toEqual([]);
  });

  test("are wrong beyond the lever, and where one is refused below it", () => {
    const { violations, take } = watchedSlots();
    for (const name of ["a", "b", "c"]) take(name, Number.POSITIVE_INFINITY);
    take("d", 3, [5]);
    expect(violations).toEqual([
      "a slot was given beside 2 of 2",
      "a slot was refused beside 3 of 5",
    ]);
  });

  test("are kept by whoever works, and come back to after a standstill", () => {
    for (const stoodStill of [false, true]) {
      const { violations, take, pass } = watchedSlots(stoodStill);
      take("a", 2);
      pass(workerSlotMs + 2_000);
      take("b", 1, [1]);
      take("a", Number.POSITIVE_INFINITY, [1]);
      expect(violations).toEqual(stoodStill ? [] : ["a did not keep its slot"]);
    }
  });

  test("are what a take begins with: none that was left, or another batch's", () => {
    const { violations, watch, take, leave } = watchedSlots();
    take("run/b1/x", 2);
    watch.began("run", "b1");
    expect(violations).toEqual([]);
    leave("run/b1/x");
    watch.began("run", "b1");
    watch.began("run", "b2");
    expect(violations).toEqual(["b1 was taken without a slot", "b2 was taken without a slot"]);
  });
});
