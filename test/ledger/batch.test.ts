import { describe, expect, test } from "vitest";
import {
  type BatchUnit,
  batchDueMs,
  claimBatch,
  defaultMaxAttempts,
  failAttempt,
  isSettled,
  newBatch,
} from "../../shared/ledger/batch.ts";
import { sampleUnit } from "../support/samples/row-samples.ts";

const nowMs = 1_000_000;

function aBatch(...units: readonly Partial<BatchUnit>[]) {
  const batch = newBatch(
    "run-1",
    "b000000",
    units.map((_, day) => sampleUnit(day)),
  );
  return { ...batch, units: batch.units.map((unit, index) => ({ ...unit, ...units[index] })) };
}

const unit = aBatch({}).units[0] ?? fail();

function fail(): never {
  throw new Error("a batch of one has a unit");
}

describe("a new take of a batch", () => {
  test("counts an attempt for each unit that its predecessor had begun, and suspects it", () => {
    const batch = aBatch({ begun: true, attempts: 2 }, {}, { begun: true }, { attempts: 1 });
    const claimed = claimBatch(batch, 9, nowMs, 0.5);
    expect(claimed.token).toBe(9);
    expect(claimed.units.map(({ attempts, suspect, begun }) => [attempts, suspect, begun])).toEqual(
      [
        [3, true, false],
        [0, false, false],
        [1, true, false],
        [1, false, false],
      ],
    );
    expect(claimed.units[0]?.lastError).toBe("the worker that fetched it died");
    expect(claimed.units[0]?.notBeforeMs).toBeGreaterThan(nowMs);
    expect(claimed.units[1]).toEqual(batch.units[1]);
  });

  test("gives a unit up whose worker died at its last attempt, and no other", () => {
    const batch = aBatch({ begun: true, attempts: defaultMaxAttempts - 1 }, {});
    const claimed = claimBatch(batch, 9, nowMs, 0.5);
    expect(claimed.units.map(({ status }) => status)).toEqual(["failed", "pending"]);
    expect(isSettled(claimed)).toBe(false);
  });

  test("takes nothing from a unit that is done or failed", () => {
    const done = { status: "done", begun: true, figures: { rows: 1, pages: 1, duplicates: 0 } };
    const batch = aBatch({ ...done, status: "done" }, { status: "failed", attempts: 8 });
    const [first, second] = claimBatch(batch, 9, nowMs, 0.5).units;
    expect(first).toMatchObject({ status: "done", attempts: 0, suspect: false, begun: false });
    expect(second).toEqual(batch.units[1]);
  });

  test("keeps the figures of the takes before it", () => {
    const takes = {
      7: {
        units: 1,
        requests: 1,
        retries: 0,
        deferred: 0,
        exceeded: 0,
        durationMs: 1,
        memoryMb: 1,
        sentBySecond: {},
      },
    };
    expect(claimBatch({ ...aBatch({}), takes }, 9, nowMs, 0.5).takes).toEqual(takes);
  });
});

describe("a failed attempt", () => {
  test("is counted, with its error, and waits longer each time", () => {
    let failed = unit;
    const waits = Array.from({ length: defaultMaxAttempts - 1 }, () => {
      failed = failAttempt(failed, "boom", nowMs, 0.5);
      expect(failed).toMatchObject({ status: "pending", lastError: "boom" });
      return failed.notBeforeMs - nowMs;
    });
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits[0]).toBeGreaterThan(0);
    expect(failAttempt(failed, "boom", nowMs, 0.5)).toMatchObject({
      status: "failed",
      attempts: defaultMaxAttempts,
      notBeforeMs: 0,
    });
  });
});

describe("a batch is due", () => {
  test("when the first of its pending units is", () => {
    const batch = aBatch(
      { notBeforeMs: 500 },
      { notBeforeMs: 300 },
      { status: "done", notBeforeMs: 100 },
      { status: "failed" },
    );
    expect(batchDueMs(batch)).toBe(300);
    expect(batchDueMs(aBatch({ notBeforeMs: 500 }, {}))).toBe(0);
  });

  test("at once when nothing is pending, and then it is settled", () => {
    const batch = aBatch({ status: "done" }, { status: "failed", notBeforeMs: 5 });
    expect(batchDueMs(batch)).toBe(0);
    expect(isSettled(batch)).toBe(true);
    expect(isSettled(aBatch({ status: "done" }, {}))).toBe(false);
  });
});
