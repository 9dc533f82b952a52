import { beforeEach, describe, expect, test } from "vitest";
import { changed } from "../../../shared/ledger/decision.ts";
import type { Ledger } from "../../../shared/ledger/ledger.ts";
import { acquireLock } from "../../../shared/ledger/property-lock.ts";
import type { Run } from "../../../shared/ledger/run.ts";
import { reconcileRuns } from "../../../shared/sync/end/reconcile-runs.ts";
import { type MemoryEventBus, memoryEventBus } from "../../support/fakes/memory-event-bus.ts";
import { aRun } from "../../support/samples/a-run.ts";
import { memoryLedger } from "../../support/stores/memory-ledger.ts";

describe("reconciling", () => {
  let ledger: Ledger;
  let ended: Run[];
  let eventBus: MemoryEventBus;

  beforeEach(async () => {
    ledger = memoryLedger({ lever: 5 });
    eventBus = memoryEventBus();
    ended = [];
    await ledger.createRun(aRun());
    await ledger.changeLock(aRun().siteUrl, (lock) => acquireLock(lock, aRun(), 99_999, 0));
  });

  function reconcile(isWorkedOn: () => Promise<boolean>) {
    return reconcileRuns({
      ledger,
      eventBus,
      isWorkedOn,
      reason: ({ execution }) => `${execution} is gone`,
      ended: (run) => ended.push(run),
    });
  }

  async function holders() {
    return Object.keys((await ledger.readLock(aRun().siteUrl)).holders);
  }

  test("halts a run that no execution works on, as of its last change, with the reason, and releases its property", async () => {
    await ledger.changeRun("run-1", (run) => changed({ ...run, updatedAtMs: 7_000 }, null));
    expect(await reconcile(async () => false)).toEqual(["run-1"]);
    expect(ended).toMatchObject([{ runId: "run-1", status: "halted" }]);
    expect(await ledger.readRun("run-1")).toMatchObject({
      status: "halted",
      endedAtMs: 7_000,
      reason: "run-1 is gone",
    });
    expect(await holders()).toEqual([]);
  });

  test("leaves a run that is worked on, or that has ended, alone", async () => {
    expect(await reconcile(async () => true)).toEqual([]);
    expect(await ledger.readRun("run-1")).toEqual(aRun());
    await ledger.changeRun("run-1", (run) => changed({ ...run, status: "failed" }, null));
    const asked: string[] = [];
    expect(await reconcile(async () => asked.push("run-1") > 1)).toEqual([]);
    expect(asked).toEqual([]);
    expect(await holders()).toEqual(["run-1"]);
  });

  test("publishes an end that is not published, unless its execution may still do so", async () => {
    await ledger.changeRun("run-1", (run) =>
      changed({ ...run, status: "halted", endTold: null } as const, null),
    );
    await reconcile(async () => true);
    expect(eventBus.events).toEqual([]);
    for (const _pass of [1, 2]) expect(await reconcile(async () => false)).toEqual([]);
    expect(eventBus.events).toMatchObject([{ eventId: "run-1/run/run-1", status: "halted" }]);
    expect(ended).toEqual([]);
  });

  test("leaves a run to the execution that takes it over meanwhile", async () => {
    const halted = await reconcile(async () => {
      await ledger.changeRun("run-1", (run) => changed({ ...run, execution: "run-1-b" }, null));
      return false;
    });
    expect(halted).toEqual([]);
    expect(ended).toEqual([]);
    expect(await ledger.readRun("run-1")).toMatchObject({ status: "running" });
    expect(await holders()).toEqual(["run-1"]);
  });
});
