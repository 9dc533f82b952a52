import { describe, expect, test } from "vitest";
import { acquireLock, releaseLock } from "../../shared/ledger/property-lock.ts";
import { aRun } from "../support/a-run.ts";

const free = { holders: {} };
const [mine, other] = [aRun(), aRun({ runId: "run-2" })];

function held(run = mine, untilMs = 1_000, nowMs = 0) {
  const decision = acquireLock(free, run, untilMs, nowMs);
  if (decision.kind === "held") throw new Error("a free lock is held");
  return decision.lock;
}

describe("a property's lock", () => {
  test("names its holder, with the holder's range", () => {
    expect(held()).toEqual({
      holders: { "run-1": { from: mine.from, to: mine.to, untilMs: 1_000 } },
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
