import { beforeEach, describe, expect, test } from "vitest";
import { reconcileOwnedRuns } from "../../../local/home/reconcile-runs.ts";
import type { Ledger } from "../../../shared/ledger/ledger.ts";
import { acquireLock } from "../../../shared/ledger/property-lock.ts";
import { batchIdAt, type Run } from "../../../shared/ledger/run.ts";
import { memoryEventBus } from "../../support/fakes/memory-event-bus.ts";
import { aRun } from "../../support/samples/a-run.ts";
import { memoryLedger } from "../../support/stores/memory-ledger.ts";

describe("a new owner of a home", () => {
  const ownedSinceMs = 10_000;
  let ledger: Ledger;

  beforeEach(() => {
    ledger = memoryLedger({ lever: 5 });
  });

  async function reconciled(run: Run): Promise<Run | undefined> {
    await ledger.createRun(run);
    await ledger.changeLock(run.siteUrl, (lock) => acquireLock(lock, run, 99_999, 0));
    await reconcileOwnedRuns(
      { ledger, eventBus: memoryEventBus() },
      { ownedSinceMs, nowMs: 20_000 },
    );
    return ledger.readRun(run.runId);
  }

  test.each(["planned", "running", "waiting", "halting"] as const)(
    "halts a run that its predecessor left %s, as of its last sign of life",
    async (status) => {
      const left = aRun({
        status,
        updatedAtMs: 9_000,
        activeSinceMs: 4_000,
        next: 1,
        admitted: 10,
        inFlight: { [batchIdAt(0)]: { token: 7, untilMs: 99_999 } },
      });
      const run = await reconciled(left);
      expect(run).toMatchObject({
        status: "halted",
        endedAtMs: 9_000,
        activeMs: 5_000,
        inFlight: {},
        returned: [{ batchId: batchIdAt(0) }],
        reason: expect.stringContaining("gsc-sync resume run-1"),
      });
      expect(await ledger.readLock(left.siteUrl)).toEqual({ holders: {} });
    },
  );

  test.each(["complete", "completed_with_failures", "halted", "failed"] as const)(
    "leaves a %s run alone",
    async (status) => {
      const ended = aRun({ status, updatedAtMs: 9_000, reason: "as it was" });
      expect(await reconciled(ended)).toEqual(ended);
    },
  );

  test("halts a run of a predecessor whose clock was ahead", async () => {
    const left = aRun({ updatedAtMs: 30_000 });
    expect((await reconciled(left))?.status).toBe("halted");
  });

  test("leaves alone what an attached command has begun since", async () => {
    const live = aRun({ updatedAtMs: ownedSinceMs });
    expect(await reconciled(live)).toEqual(live);
    expect(Object.keys((await ledger.readLock(live.siteUrl)).holders)).toEqual(["run-1"]);
  });
});
