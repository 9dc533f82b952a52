import { beforeEach, describe, expect, test } from "vitest";
import { changed } from "../../../shared/ledger/decision.ts";
import type { Ledger } from "../../../shared/ledger/ledger.ts";
import { acquireLock, lockMs } from "../../../shared/ledger/property-lock.ts";
import { batchIdAt, leaseMs, type Run } from "../../../shared/ledger/run.ts";
import { haltRun } from "../../../shared/ledger/transitions/halt-run.ts";
import { submitBatch } from "../../../shared/ledger/transitions/submit-batch.ts";
import { takeBatch } from "../../../shared/ledger/transitions/take-batch.ts";
import type { Clock } from "../../../shared/lib/clock.ts";
import { QuotaError } from "../../../shared/quota/quota.ts";
import type { QuotaOutlook } from "../../../shared/quota/quota-outlook.ts";
import { dispatchBatches } from "../../../shared/sync/dispatch/dispatch-batches.ts";
import { eventsOfPass, handOverAtEvents } from "../../../shared/sync/execution-events.ts";
import { fakeClock } from "../../support/fakes/fake-clock.ts";
import { aRun } from "../../support/samples/a-run.ts";
import { memoryLedger } from "../../support/stores/memory-ledger.ts";

const { runId, siteUrl } = aRun();

describe("the dispatcher", () => {
  let clock: Clock;
  let ledger: Ledger;
  let observed: { readonly run: Run; readonly expired: number }[];
  let startMs: number;
  let outlook: QuotaOutlook;
  let quotaFault: Error | null;

  beforeEach(() => {
    clock = fakeClock();
    startMs = clock.nowMs();
    ledger = memoryLedger({ lever: 5 });
    observed = [];
    outlook = { closure: null, budget: 940 };
    quotaFault = null;
  });

  function dispatch(executionName = runId, over: Ledger = ledger, events = 10) {
    return dispatchBatches(
      { runId, executionName, events },
      {
        ledger: over,
        clock,
        outlook: async () => {
          if (quotaFault !== null) throw quotaFault;
          return outlook;
        },
        observe: (run, expired) => observed.push({ run, expired }),
      },
    );
  }

  function change(next: (run: Run) => Run) {
    return ledger.changeRun(runId, (run) => changed(next(run), null));
  }

  test("sends what is due at once, as messages for the queue", async () => {
    await ledger.createRun(aRun({ batches: 2 }));
    expect(await dispatch()).toEqual({
      runId,
      next: "continue",
      messages: [0, 1].map((index) => ({ runId, batchId: batchIdAt(index) })),
      waitSeconds: 0,
      events: 10 + eventsOfPass(2),
    });
    expect(clock.nowMs()).toBe(startMs);
    expect(observed.map(({ run }) => Object.keys(run.inFlight).length)).toEqual([2]);
  });

  test("renews the property's lock of the run that its execution works on", async () => {
    await ledger.createRun(aRun());
    await dispatch();
    expect((await ledger.readLock(siteUrl)).holders[runId]?.untilMs).toBe(startMs + lockMs);
  });

  describe("whose execution's history is nearly full", () => {
    test("hands the run over once, and says so again when its answer was lost", async () => {
      await ledger.createRun(aRun());
      const handed = await dispatch(runId, ledger, handOverAtEvents);
      expect(handed).toMatchObject({ next: "hand-over", messages: [] });
      const run = await ledger.readRun(runId);
      expect(handed).toMatchObject({ successor: run?.execution });
      expect(run).toMatchObject({ predecessor: runId, status: "running", inFlight: {} });
      expect(run?.execution).not.toBe(runId);
      const again = await dispatch(runId, ledger, handOverAtEvents + 1);
      expect(again).toMatchObject({ next: "hand-over", successor: run?.execution });
      expect(await dispatch(run?.execution)).toMatchObject({ next: "continue" });
    });

    test("does not before, nor a run that has ended or that another one works on", async () => {
      await ledger.createRun(aRun());
      expect((await dispatch(runId, ledger, handOverAtEvents - 1)).next).toBe("continue");
      const other = await dispatch("another", ledger, handOverAtEvents);
      expect(other.next).toBe("finish");
      await change((run) => ({ ...run, status: "halted" }));
      expect((await dispatch(runId, ledger, handOverAtEvents)).next).toBe("finish");
      expect(await ledger.readRun(runId)).toMatchObject({ execution: runId, predecessor: null });
    });
  });

  test("that stood still while its run ended leaves the property to others", async () => {
    await ledger.createRun(aRun());
    await dispatch(runId, {
      ...ledger,
      async changeLock(property, decide) {
        await change((run) => ({ ...run, status: "halted", execution: "a-later-one" }));
        return ledger.changeLock(property, decide);
      },
    });
    expect(await ledger.readLock(siteUrl)).toEqual({ holders: {} });
  });

  test("touches nothing for an execution that no longer works on the run, and ends it", async () => {
    await ledger.createRun(aRun({ execution: "a-later-one" }));
    expect(await dispatch()).toMatchObject({ next: "finish", messages: [] });
    expect(await ledger.readRun(runId)).toEqual(aRun({ execution: "a-later-one" }));
    expect(await ledger.readLock(siteUrl)).toEqual({ holders: {} });
  });

  test("refuses to go on when another run has the property meanwhile", async () => {
    await ledger.createRun(aRun());
    await ledger.changeLock(siteUrl, (lock) =>
      acquireLock(lock, aRun({ runId: "run-2" }), startMs + 1_000, startMs),
    );
    await expect(dispatch()).rejects.toMatchObject({ code: "PROPERTY_BUSY" });
  });

  test.each(["complete", "halted", "failed"] as const)(
    "ends the loop of a %s run",
    async (status) => {
      await ledger.createRun(aRun({ status }));
      expect((await dispatch()).next).toBe("finish");
    },
  );

  test("ends the loop of a run that nobody knows", async () => {
    expect((await dispatch()).next).toBe("finish");
  });

  test("waits while batches are in flight, and sends as soon as one is settled", async () => {
    await ledger.createRun(aRun({ concurrency: 1 }));
    await dispatch();
    const take = { batchId: batchIdAt(0), token: 7 };
    await ledger.changeRun(runId, (run) => takeBatch(run, take, clock.nowMs()));
    const dispatching = dispatch();
    await clock.sleep(5_000);
    await ledger.changeRun(runId, (run) => submitBatch(run, take, clock.nowMs()));
    const settledAtMs = clock.nowMs();
    expect((await dispatching).messages).toEqual([{ runId, batchId: batchIdAt(1) }]);
    expect(clock.nowMs() - settledAtMs).toBeLessThanOrEqual(200);
  });

  test("goes back to the state machine after 20 s without news", async () => {
    await ledger.createRun(aRun({ concurrency: 1 }));
    await dispatch();
    await change((run) => ({
      ...run,
      inFlight: { [batchIdAt(0)]: { token: 7, untilMs: clock.nowMs() + 600_000 } },
    }));
    const before = clock.nowMs();
    expect(await dispatch()).toEqual({
      runId,
      next: "continue",
      messages: [],
      waitSeconds: 0,
      events: 10 + eventsOfPass(0),
    });
    expect(clock.nowMs() - before).toBeGreaterThanOrEqual(20_000);
    expect(clock.nowMs() - before).toBeLessThan(21_000);
  });

  test("sends again what no worker took before its lease ran out, and says so", async () => {
    await ledger.createRun(aRun({ concurrency: 1 }));
    await dispatch();
    expect((await dispatch()).messages).toEqual([{ runId, batchId: batchIdAt(0) }]);
    expect(clock.nowMs() - startMs).toBeGreaterThanOrEqual(leaseMs);
    expect(observed.at(-1)?.expired).toBe(1);
  });

  test("says so as well when that ends a run that was halted", async () => {
    const hold = { token: 7, untilMs: startMs + 5_000 };
    await ledger.createRun(
      aRun({ status: "halting", haltsAs: "halted", inFlight: { [batchIdAt(0)]: hold } }),
    );
    expect((await dispatch()).next).toBe("finish");
    expect(observed).toMatchObject([{ run: { status: "halted" }, expired: 1 }]);
  });

  describe("when only time can help", () => {
    function waiting(forMs: number) {
      return aRun({
        batches: 1,
        next: 1,
        admitted: 1,
        returned: [{ batchId: batchIdAt(0), notBeforeMs: startMs + forMs }],
      });
    }

    test("a little, waits for it itself", async () => {
      await ledger.createRun(waiting(10_000));
      expect((await dispatch()).messages).toEqual([{ runId, batchId: batchIdAt(0) }]);
      expect(clock.nowMs() - startMs).toBeGreaterThanOrEqual(10_000);
      expect(clock.nowMs() - startMs).toBeLessThan(10_300);
    });

    test("a while, tells the state machine to wait as long, and the run says that it waits", async () => {
      await ledger.createRun(waiting(90_500));
      expect(await dispatch()).toEqual({
        runId,
        next: "continue",
        messages: [],
        waitSeconds: 91,
        events: 10 + eventsOfPass(0),
      });
      expect(clock.nowMs()).toBe(startMs);
      expect(await ledger.readRun(runId)).toMatchObject({
        status: "waiting",
        waitingUntilMs: startMs + 90_500,
      });
    });

    test("until tomorrow, waits five minutes at a time, so that a halt is obeyed", async () => {
      await ledger.createRun(waiting(12 * 3_600_000));
      expect((await dispatch()).waitSeconds).toBe(300);
      await ledger.changeRun(runId, (run) =>
        haltRun(run, { reason: "asked", endsAs: "halted" }, clock.nowMs()),
      );
      expect((await dispatch()).next).toBe("finish");
    });
  });

  describe("while a scope is closed", () => {
    const reason = "Google refused: its load quota (10 minutes) is used up";

    test("sends nothing, tells the state machine to wait, and the run says for what", async () => {
      await ledger.createRun(aRun());
      const untilMs = startMs + 200_000;
      outlook = { ...outlook, closure: { untilMs, reason } };
      expect(await dispatch()).toEqual({
        runId,
        next: "continue",
        messages: [],
        waitSeconds: 200,
        events: 10 + eventsOfPass(0),
      });
      expect(await ledger.readRun(runId)).toMatchObject({
        status: "waiting",
        waitingUntilMs: untilMs,
        reason,
        inFlight: {},
      });
    });

    test("waits for what is in flight as ever, and sends when it reopens", async () => {
      await ledger.createRun(aRun({ concurrency: 1 }));
      await dispatch();
      const take = { batchId: batchIdAt(0), token: 7 };
      await ledger.changeRun(runId, (run) => takeBatch(run, take, clock.nowMs()));
      const untilMs = startMs + 10_000;
      outlook = { ...outlook, closure: { untilMs, reason } };
      const dispatching = dispatch();
      await clock.sleep(3_000);
      await ledger.changeRun(runId, (run) => submitBatch(run, take, clock.nowMs()));
      await clock.sleep(2_000);
      expect(await ledger.readRun(runId)).toMatchObject({ status: "waiting", inFlight: {} });
      await clock.sleep(5_100);
      outlook = { ...outlook, closure: null };
      expect((await dispatching).messages).toEqual([{ runId, batchId: batchIdAt(1) }]);
      expect(clock.nowMs() - untilMs).toBeLessThan(2_000);
      expect(await ledger.readRun(runId)).toMatchObject({ status: "running", reason: null });
    });

    test("still ends a run that has nothing left", async () => {
      await ledger.createRun(aRun({ batches: 0 }));
      outlook = { ...outlook, closure: { untilMs: startMs + 200_000, reason } };
      expect((await dispatch()).next).toBe("finish");
    });
  });

  describe("while the quota table does not answer", () => {
    beforeEach(() => {
      quotaFault = new QuotaError("connection refused", { code: "store-failed" });
    });

    test("sends nothing, says why, and sends within a second or two of its return", async () => {
      await ledger.createRun(aRun({ budget: 940 }));
      const dispatching = dispatch();
      await clock.sleep(15_000);
      expect(await ledger.readRun(runId)).toMatchObject({
        status: "waiting",
        reason: "the quota table does not answer: connection refused",
        inFlight: {},
        budget: 940,
      });
      quotaFault = null;
      expect((await dispatching).messages).not.toEqual([]);
      expect(clock.nowMs() - startMs).toBeLessThan(17_000);
      expect(await ledger.readRun(runId)).toMatchObject({ status: "running", reason: null });
    });

    test("goes back to the state machine, time after time, and the run goes on", async () => {
      await ledger.createRun(aRun());
      for (let pass = 0; pass < 5; pass += 1) {
        expect(await dispatch()).toMatchObject({ next: "continue", messages: [] });
      }
      expect((await ledger.readRun(runId))?.status).toBe("waiting");
    });

    test("obeys a halt", async () => {
      await ledger.createRun(aRun());
      await ledger.changeRun(runId, (run) =>
        haltRun(run, { reason: "asked", endsAs: "halted" }, clock.nowMs()),
      );
      expect((await dispatch()).next).toBe("finish");
    });

    test("fails on what a person must look at", async () => {
      await ledger.createRun(aRun());
      quotaFault = new QuotaError("not an item of ours", { code: "broken-item" });
      await expect(dispatch()).rejects.toBe(quotaFault);
    });
  });

  test("sends at once what waits for budget when more is granted", async () => {
    await ledger.createRun(
      aRun({
        batches: 1,
        next: 1,
        admitted: 1,
        returned: [{ batchId: batchIdAt(0), notBeforeMs: startMs + 60_000 }],
      }),
    );
    outlook = { ...outlook, budget: 10 };
    const dispatching = dispatch();
    await clock.sleep(5_000);
    expect(await ledger.readRun(runId)).toMatchObject({ status: "waiting", budget: 10 });
    outlook = { ...outlook, budget: 900 };
    expect((await dispatching).messages).toEqual([{ runId, batchId: batchIdAt(0) }]);
    expect(clock.nowMs() - startMs).toBeLessThan(8_000);
  });

  test("leaves waiting what waits for budget when less is granted", async () => {
    await ledger.createRun(
      aRun({
        budget: 900,
        batches: 1,
        next: 1,
        admitted: 1,
        returned: [{ batchId: batchIdAt(0), notBeforeMs: startMs + 60_000 }],
      }),
    );
    outlook = { ...outlook, budget: 10 };
    expect((await dispatch()).messages).toEqual([]);
    expect((await ledger.readRun(runId))?.returned[0]?.notBeforeMs).toBe(startMs + 60_000);
  });

  test("sends nothing while the lever is 0, and sends when it is raised", async () => {
    await ledger.createRun(aRun());
    let lever = 0;
    const levered: Ledger = { ...ledger, readSettings: async () => ({ lever }) };
    const dispatching = dispatch(runId, levered);
    await clock.sleep(3_000);
    expect((await ledger.readRun(runId))?.inFlight).toEqual({});
    lever = 1;
    expect((await dispatching).messages).toHaveLength(1);
  });

  test("waits for the takes of a halting run, then ends", async () => {
    await ledger.createRun(aRun({ concurrency: 1 }));
    await dispatch();
    const take = { batchId: batchIdAt(0), token: 7 };
    await ledger.changeRun(runId, (run) => takeBatch(run, take, clock.nowMs()));
    await ledger.changeRun(runId, (run) =>
      haltRun(run, { reason: "asked", endsAs: "halted" }, clock.nowMs()),
    );
    const dispatching = dispatch();
    await clock.sleep(2_000);
    expect((await ledger.readRun(runId))?.status).toBe("halting");
    expect((await dispatching).next).toBe("finish");
    expect(await ledger.readRun(runId)).toMatchObject({
      status: "halted",
      returned: [{ batchId: batchIdAt(0) }],
    });
    expect(clock.nowMs() - startMs).toBeLessThan(leaseMs + 1_000);
  });
});
