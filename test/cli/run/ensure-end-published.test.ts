import { beforeEach, describe, expect, test } from "vitest";
import { ensureEndPublished } from "../../../cli/run/ensure-end-published.ts";
import { newBatch } from "../../../shared/ledger/batch.ts";
import type { Ledger } from "../../../shared/ledger/ledger.ts";
import { batchIdAt } from "../../../shared/ledger/run.ts";
import { haltRun } from "../../../shared/ledger/transitions/halt-run.ts";
import { markEndPublished } from "../../../shared/ledger/transitions/mark-end-published.ts";
import { resumeRun } from "../../../shared/ledger/transitions/resume-run.ts";
import type { Clock } from "../../../shared/lib/clock.ts";
import { closeRun } from "../../../shared/sync/end/close-run.ts";
import { publishRunEnd } from "../../../shared/sync/end/publish-run-end.ts";
import { fakeClock } from "../../support/fakes/fake-clock.ts";
import { type MemoryEventBus, memoryEventBus } from "../../support/fakes/memory-event-bus.ts";
import { aRun } from "../../support/samples/a-run.ts";
import { sampleUnit } from "../../support/samples/row-samples.ts";
import { memoryLedger } from "../../support/stores/memory-ledger.ts";

const { runId } = aRun();
const eventId = `${runId}/run/${runId}`;
const asked = { reason: "asked", endsAs: "halted" } as const;

describe("the end of a run that was halted while its execution sleeps", () => {
  let clock: Clock;
  let ledger: Ledger;
  let bus: MemoryEventBus;
  let startMs: number;

  beforeEach(async () => {
    clock = fakeClock();
    startMs = clock.nowMs();
    ledger = memoryLedger({ lever: 5 });
    bus = memoryEventBus();
    const waiting = { status: "waiting", waitingUntilMs: startMs + 300_000 } as const;
    await ledger.createRun(
      aRun({ batches: 1, admitted: 1, plannedUnits: 1, endTold: null, ...waiting }),
    );
    await ledger.putBatches([newBatch(runId, batchIdAt(0), [sampleUnit(0)])]);
    await ledger.changeRun(runId, (run) => haltRun(run, asked, startMs));
  });

  const eventBus = async () => bus;

  async function publish() {
    const run = await ledger.readRun(runId);
    if (run !== undefined) await publishRunEnd(run, { ledger, eventBus: bus });
  }

  function ensured(
    over: { readonly running?: boolean; readonly publishedAtMs?: number } = {},
    stop = new AbortController().signal,
  ) {
    const { running = true, publishedAtMs = Number.POSITIVE_INFINITY } = over;
    return ensureEndPublished(runId, stop, {
      ledger,
      clock,
      eventBus,
      async isExecutionRunning() {
        if (clock.nowMs() >= publishedAtMs)
          await ledger.changeRun(runId, (run) => markEndPublished(run, runId));
        return running;
      },
    });
  }

  test("is published by the command that follows it, within some two seconds", async () => {
    await ensured();
    expect(bus.events).toMatchObject([{ eventId, status: "halted", reason: "asked" }]);
    expect(clock.nowMs() - startMs).toBeLessThan(2_500);
  });

  test("is published at once when the execution is gone", async () => {
    await ensured({ running: false });
    expect(bus.events).toMatchObject([{ eventId }]);
    expect(clock.nowMs()).toBe(startMs);
  });

  test("is left to an execution that publishes it in time", async () => {
    await ensured({ publishedAtMs: startMs + 1_000 });
    expect(bus.events).toEqual([]);
  });

  test("is waited for no longer than one wants to", async () => {
    await ensured({}, AbortSignal.abort());
    expect(bus.events).toEqual([]);
  });

  test("is published before it is resumed, as the execution would have, which no longer does", async () => {
    for (let times = 0; times < 2; times += 1) await publish();
    await ledger.changeRun(runId, (run) =>
      resumeRun(run, { execution: "a-later-one", sequential: false }, clock.nowMs()),
    );
    const { status } = await closeRun(
      { runId, executionName: runId },
      { ledger, eventBus: bus, nowMs: clock.nowMs, ended: () => {} },
    );
    expect(status).toBe("superseded");
    expect(bus.events).toMatchObject([{ eventId, status: "halted" }]);
  });

  test("is not published of a run that goes on", async () => {
    await ledger.changeRun(runId, (run) =>
      resumeRun(run, { execution: "a-later-one", sequential: false }, clock.nowMs()),
    );
    await publish();
    await ensured();
    expect(bus.events).toEqual([]);
  });
});
