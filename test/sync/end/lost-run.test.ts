import { beforeEach, describe, expect, test } from "vitest";
import { EventBusError } from "../../../shared/events/event-bus.ts";
import { changed } from "../../../shared/ledger/decision.ts";
import type { Ledger } from "../../../shared/ledger/ledger.ts";
import { acquireLock } from "../../../shared/ledger/property-lock.ts";
import { batchIdAt, type Run } from "../../../shared/ledger/run.ts";
import { handOverRun } from "../../../shared/ledger/transitions/hand-over-run.ts";
import { returnBatch } from "../../../shared/ledger/transitions/return-batch.ts";
import { haltJustLostRun } from "../../../shared/sync/end/lost-run.ts";
import { fakeClock } from "../../support/fakes/fake-clock.ts";
import { type MemoryEventBus, memoryEventBus } from "../../support/fakes/memory-event-bus.ts";
import { aRun } from "../../support/samples/a-run.ts";
import { memoryLedger } from "../../support/stores/memory-ledger.ts";

const startMs = Date.parse("2026-04-01T12:00:00Z");
const moving = {
  next: 1,
  admitted: 10,
  startedAtMs: startMs - 500_000,
  updatedAtMs: startMs - 200_000,
};

let ledger: Ledger;
let clock: ReturnType<typeof fakeClock>;
let ended: Run[];
let eventBus: MemoryEventBus;
beforeEach(() => {
  ledger = memoryLedger({ lever: 3 });
  eventBus = memoryEventBus();
  clock = fakeClock(startMs);
  ended = [];
});

async function given(run: Run): Promise<void> {
  await ledger.createRun(run);
  await ledger.changeLock(run.siteUrl, (lock) =>
    acquireLock(lock, run, startMs + 900_000, startMs),
  );
}

const holders = async () => Object.keys((await ledger.readLock(aRun().siteUrl)).holders);

describe("an execution that ended without FinishRun", () => {
  const halt = (execution = "run-1") =>
    haltJustLostRun(
      { runId: "run-1", execution, reason: "it was stopped" },
      { ledger, eventBus, clock, ended: (run) => ended.push(run) },
    );

  test.each(["planned", "running", "waiting"] as const)(
    "halts its %s run with that reason, and lets its property go",
    async (status) => {
      await given(aRun({ ...moving, status }));
      expect(await halt()).toBe("halted");
      expect(await ledger.readRun("run-1")).toMatchObject({
        status: "halted",
        reason: "it was stopped",
        haltedAtMs: startMs,
      });
      expect(await holders()).toEqual([]);
      expect(ended).toMatchObject([{ status: "halted" }]);
    },
  );

  test("waits until its takes have put their batches back", async () => {
    const hold = { token: 7, untilMs: startMs + 20_000 };
    await given(aRun({ ...moving, inFlight: { [batchIdAt(0)]: hold } }));
    const halting = halt();
    await clock.sleep(700);
    expect((await ledger.readRun("run-1"))?.status).toBe("halting");
    await ledger.changeRun("run-1", (run) =>
      returnBatch(run, { batchId: batchIdAt(0), token: 7, notBeforeMs: 0 }, null, clock.nowMs()),
    );
    expect(await halting).toBe("halted");
    const run = await ledger.readRun("run-1");
    expect(run).toMatchObject({ status: "halted", endedAtMs: startMs + 700 });
    expect(clock.nowMs()).toBeLessThan(startMs + 2_000);
  });

  test("does not wait longer than a take that died: it is fenced out", async () => {
    const hold = { token: 7, untilMs: startMs + 20_000 };
    await given(aRun({ ...moving, inFlight: { [batchIdAt(0)]: hold } }));
    expect(await halt()).toBe("halted");
    expect(await ledger.readRun("run-1")).toMatchObject({
      status: "halted",
      inFlight: {},
      returned: [{ batchId: batchIdAt(0) }],
    });
    expect(await holders()).toEqual([]);
  });

  test.each(["complete", "completed_with_failures", "failed", "halted"] as const)(
    "leaves a %s run alone: it had its last state",
    async (status) => {
      const run = aRun({ ...moving, status, reason: "as it was" });
      await given(run);
      expect(await halt()).toBe("already-ended");
      expect(await ledger.readRun("run-1")).toEqual(run);
      expect(await holders()).toEqual([]);
      expect(ended).toEqual([]);
    },
  );

  test("leaves a run alone that another execution works on, as after a resume", async () => {
    const run = aRun({ ...moving, execution: "run-1-resumed" });
    await given(run);
    expect(await halt()).toBe("superseded");
    expect(await ledger.readRun("run-1")).toEqual(run);
    expect(await holders()).toEqual(["run-1"]);
  });

  test("leaves a run alone that was handed over, and a later loss of the successor halts it", async () => {
    await given(aRun(moving));
    await ledger.changeRun("run-1", (run) =>
      handOverRun(run, { execution: "run-1", successor: "run-1-b" }, startMs),
    );
    expect(await halt("run-1")).toBe("superseded");
    expect(await ledger.readRun("run-1")).toMatchObject({ status: "running" });
    expect(await halt("run-1-b")).toBe("halted");
  });

  test("leaves its property to the execution that resumes it while its takes are waited for", async () => {
    const hold = { token: 7, untilMs: startMs + 20_000 };
    await given(aRun({ ...moving, inFlight: { [batchIdAt(0)]: hold } }));
    const halting = halt();
    await clock.sleep(700);
    await ledger.changeRun("run-1", (run) =>
      changed({ ...run, status: "running", execution: "run-1-resumed" } as const, null),
    );
    expect(await halting).toBe("superseded");
    expect(await ledger.readRun("run-1")).toMatchObject({ status: "running" });
    expect(await holders()).toEqual(["run-1"]);
    expect(ended).toEqual([]);
  });

  test("is published once, and again by the next caller after a bus that was away", async () => {
    await given(aRun({ ...moving, endTold: null }));
    const { publish } = eventBus;
    eventBus.publish = async () => Promise.reject(new EventBusError("away"));
    await expect(halt()).rejects.toThrow("away");
    eventBus.publish = publish;
    expect(await halt()).toBe("already-ended");
    expect(await halt()).toBe("already-ended");
    expect(eventBus.events).toMatchObject([
      { eventId: "run-1/run/run-1", status: "halted", reason: "it was stopped" },
    ]);
    expect(ended).toHaveLength(1);
  });

  test("of which there is no run changes nothing", async () => {
    expect(await halt()).toBe("unknown");
  });
});
