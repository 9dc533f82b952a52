import { beforeEach, describe, expect, test } from "vitest";
import { EventBusError } from "../../../shared/events/event-bus.ts";
import { newBatch } from "../../../shared/ledger/batch.ts";
import { changed } from "../../../shared/ledger/decision.ts";
import type { Ledger } from "../../../shared/ledger/ledger.ts";
import { acquireLock } from "../../../shared/ledger/property-lock.ts";
import { batchIdAt, type Run } from "../../../shared/ledger/run.ts";
import { type CloseInput, closeRun } from "../../../shared/sync/end/close-run.ts";
import { type MemoryEventBus, memoryEventBus } from "../../support/fakes/memory-event-bus.ts";
import { aRun } from "../../support/samples/a-run.ts";
import { sampleUnit } from "../../support/samples/row-samples.ts";
import { memoryLedger } from "../../support/stores/memory-ledger.ts";

const { runId, siteUrl } = aRun();
const drained = { batches: 2, next: 2, admitted: 2, plannedUnits: 0 };
const nowMs = 5_000;

describe("the end of an execution", () => {
  let ledger: Ledger;
  let eventBus: MemoryEventBus;
  let ended: { readonly run: Run; readonly failedUnits: number }[];

  beforeEach(async () => {
    ledger = memoryLedger({ lever: 5 });
    eventBus = memoryEventBus();
    ended = [];
    await ledger.changeLock(siteUrl, (lock) => acquireLock(lock, aRun(), 9_999, 0));
  });

  function close(input: Partial<CloseInput> = {}) {
    return closeRun(
      { runId, executionName: runId, ...input },
      {
        ledger,
        eventBus,
        nowMs: () => nowMs,
        ended: (run, failedUnits) => ended.push({ run, failedUnits }),
      },
    );
  }

  const holders = async () => Object.keys((await ledger.readLock(siteUrl)).holders);

  test("of a drained run completes it, and lets its property go", async () => {
    await ledger.createRun(aRun(drained));
    expect(await close()).toEqual({ runId, status: "complete", reason: "complete" });
    expect(await ledger.readRun(runId)).toMatchObject({ status: "complete", endedAtMs: nowMs });
    expect(await holders()).toEqual([]);
    expect(ended).toMatchObject([{ run: { status: "complete" }, failedUnits: 0 }]);
  });

  test("counts the units that failed, over all batches", async () => {
    await ledger.createRun(aRun({ ...drained, plannedUnits: 4 }));
    const batches = [0, 1].map((index) =>
      newBatch(runId, batchIdAt(index), [sampleUnit(index), sampleUnit(index + 10)]),
    );
    await ledger.putBatches(
      batches.map((batch) => ({
        ...batch,
        units: batch.units.map((unit, index) =>
          index === 0
            ? { ...unit, status: "failed", attempts: 8, lastError: "HTTP 500" }
            : { ...unit, status: "done" },
        ),
      })),
    );
    expect(await close()).toMatchObject({
      status: "completed_with_failures",
      reason: `2 units failed, such as page_query of ${sampleUnit(0).date} after 8 attempts: HTTP 500`,
    });
    expect(ended).toMatchObject([{ failedUnits: 2 }]);
  });

  test("that failed fails the run with what the function said", async () => {
    await ledger.createRun(aRun());
    const Cause = JSON.stringify({ errorType: "PropertyBusyError", errorMessage: "it is busy" });
    const closed = await close({ error: { Error: "PropertyBusyError", Cause } });
    expect(closed).toEqual({ runId, status: "failed", reason: "it is busy" });
    expect(await holders()).toEqual([]);
  });

  test("that timed out fails the run with the state machine's own words", async () => {
    await ledger.createRun(aRun());
    const error = { Error: "States.Timeout", Cause: "no answer in 60 s" };
    expect(await close({ error })).toMatchObject({ reason: "States.Timeout: no answer in 60 s" });
  });

  test("before the run was drained fails it, and what was in flight can be resumed", async () => {
    await ledger.createRun(
      aRun({ next: 1, admitted: 10, inFlight: { [batchIdAt(0)]: { token: 7, untilMs: 9_999 } } }),
    );
    expect(await close()).toMatchObject({ status: "failed" });
    expect(await ledger.readRun(runId)).toMatchObject({
      inFlight: {},
      returned: [{ batchId: batchIdAt(0), notBeforeMs: 0 }],
    });
  });

  test("leaves a run that has ended as it was, and lets its property go", async () => {
    await ledger.createRun(aRun({ status: "halted", reason: "asked", endedAtMs: 77 }));
    expect(await close()).toEqual({ runId, status: "halted", reason: "asked" });
    expect((await ledger.readRun(runId))?.endedAtMs).toBe(77);
    expect(await holders()).toEqual([]);
  });

  test("that no longer works on the run changes nothing, and keeps the property locked", async () => {
    await ledger.createRun(aRun({ execution: "a-later-one" }));
    expect(await close()).toMatchObject({ status: "superseded" });
    expect(await ledger.readRun(runId)).toEqual(aRun({ execution: "a-later-one" }));
    expect(await holders()).toEqual([runId]);
    expect(ended).toEqual([]);
  });

  test("is published once with the run's summary, by an id that a resumed run has not", async () => {
    await ledger.createRun(aRun({ ...drained, endTold: null }));
    await close();
    await close();
    expect(eventBus.events).toMatchObject([
      { kind: "run", eventId: "run-1/run/run-1", runId, status: "complete" },
    ]);
    await ledger.changeRun(runId, (run) =>
      changed({ ...run, execution: "again", status: "halted", reason: "asked" }, "set"),
    );
    await close({ executionName: "again" });
    expect(eventBus.events.at(-1)).toMatchObject({ eventId: "run-1/run/again", status: "halted" });
  });

  test("that cannot be published fails when all else is done, so that it is repeated", async () => {
    await ledger.createRun(aRun({ ...drained, endTold: null }));
    const { publish } = eventBus;
    eventBus.publish = async () => {
      throw new EventBusError("away");
    };
    await expect(close()).rejects.toThrow(EventBusError);
    expect(await ledger.readRun(runId)).toMatchObject({ status: "complete" });
    expect(await holders()).toEqual([]);
    eventBus.publish = publish;
    expect(await close()).toMatchObject({ status: "complete" });
    expect(eventBus.events).toHaveLength(1);
    expect(ended).toHaveLength(1);
  });

  test("is the same twice", async () => {
    await ledger.createRun(aRun(drained));
    const first = await close();
    const run = await ledger.readRun(runId);
    expect(await close()).toEqual(first);
    expect(await ledger.readRun(runId)).toEqual(run);
  });

  test("counts nothing of an earlier plan that had more batches and never started", async () => {
    await ledger.createRun(aRun({ ...drained, batches: 1, next: 1, admitted: 1, plannedUnits: 1 }));
    const done = (index: number) => {
      const batch = newBatch(runId, batchIdAt(index), [sampleUnit(index)]);
      return { ...batch, units: batch.units.map((unit) => ({ ...unit, status: "done" as const })) };
    };
    await ledger.putBatches([done(0), done(1)]);
    expect(await close()).toMatchObject({ status: "complete" });
  });

  test("lets go of its own hold alone", async () => {
    await ledger.createRun(aRun(drained));
    await ledger.changeLock(siteUrl, () => ({
      kind: "changed",
      lock: { holders: { "run-2": { ...aRun(), untilMs: 9_999 } } },
    }));
    await close();
    expect(await holders()).toEqual(["run-2"]);
  });

  test("of a request that never became a run says why", async () => {
    const error = { Error: "InvalidRequestError", Cause: "{}" };
    const closed = await close({ runId: undefined, executionName: "exec-9", error });
    expect(closed).toMatchObject({ runId: "exec-9", status: "failed" });
    expect(closed.reason).toContain("InvalidRequestError");
    expect(await close({ runId: "none" })).toMatchObject({ reason: "there is no such run" });
  });
});
