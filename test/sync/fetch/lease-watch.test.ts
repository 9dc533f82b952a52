import { beforeEach, describe, expect, test } from "vitest";
import { newBatch } from "../../../shared/ledger/batch.ts";
import { changed } from "../../../shared/ledger/decision.ts";
import type { Ledger } from "../../../shared/ledger/ledger.ts";
import { leaseMs } from "../../../shared/ledger/run.ts";
import { haltRun } from "../../../shared/ledger/transitions/halt-run.ts";
import { watchLease } from "../../../shared/sync/fetch/lease-watch.ts";
import { fakeClock } from "../../support/fakes/fake-clock.ts";
import { aRun } from "../../support/samples/a-run.ts";
import { memoryLedger } from "../../support/stores/memory-ledger.ts";

const batchId = "b000000";
const token = 7;

describe("the watch over a lease", () => {
  let clock: ReturnType<typeof fakeClock>;
  let ledger: Ledger;
  let stop: AbortController;
  let ended: AbortController;

  beforeEach(async () => {
    clock = fakeClock(1_000_000);
    ledger = memoryLedger({ lever: 5 });
    stop = new AbortController();
    ended = new AbortController();
    await ledger.createRun(run());
  });

  function run() {
    return aRun({ inFlight: { [batchId]: { token, untilMs: 1_000_000 + leaseMs } } });
  }

  function watch(over: Ledger = ledger): Promise<void> {
    const batch = newBatch("run-1", batchId, []);
    const take = { run: run(), batchId, token, batch, crashes: 0, halt: null, found: [] };
    return watchLease(over, take, clock, stop, ended.signal);
  }

  function broken(from: number, changeRun: Ledger["changeRun"]): Ledger {
    let calls = 0;
    return {
      ...ledger,
      changeRun: (id, transition) => {
        calls += 1;
        return calls < from ? ledger.changeRun(id, transition) : changeRun(id, transition);
      },
    };
  }

  test("renews it for as long as the take goes on", async () => {
    const watching = watch();
    await clock.sleep(5 * leaseMs);
    const hold = (await ledger.readRun("run-1"))?.inFlight[batchId];
    expect((hold?.untilMs ?? 0) - clock.nowMs()).toBeGreaterThan(leaseMs / 2);
    expect(stop.signal.aborted).toBe(false);
    ended.abort();
    await watching;
    const endedAtMs = clock.nowMs();
    await clock.sleep(5 * leaseMs);
    const later = (await ledger.readRun("run-1"))?.inFlight[batchId];
    expect(later?.untilMs).toBeLessThanOrEqual(endedAtMs + leaseMs);
  });

  test("reports a halt within a second, and ends", async () => {
    const watching = watch();
    await clock.sleep(3_000);
    await ledger.changeRun("run-1", (held) =>
      haltRun(held, { reason: "asked", endsAs: "halted" }, clock.nowMs()),
    );
    const haltedAtMs = clock.nowMs();
    await watching;
    expect(stop.signal.reason).toBe("halting");
    expect(clock.nowMs() - haltedAtMs).toBeLessThanOrEqual(1_000);
  });

  test("reports that the batch is another's, or nobody's, within a second", async () => {
    const watching = watch();
    await ledger.changeRun("run-1", (held) => changed({ ...held, inFlight: {} }, null));
    await watching;
    expect(stop.signal.reason).toBe("lost");
    expect(clock.nowMs()).toBeLessThanOrEqual(1_001_000);
  });

  test("bears a ledger that fails until the lease runs out", async () => {
    const watching = watch(broken(3, () => Promise.reject(new Error("no ledger"))));
    await clock.sleep(leaseMs - 500);
    expect(stop.signal.aborted).toBe(false);
    await watching;
    expect(stop.signal.reason).toBe("lost");
    expect(clock.nowMs()).toBeLessThanOrEqual(1_000_000 + leaseMs + 1_000);
  });

  test("bears a ledger that never answers no longer than that either", async () => {
    const watching = watch(broken(3, () => new Promise(() => {})));
    await watching;
    expect(stop.signal.reason).toBe("lost");
    expect(clock.nowMs()).toBeLessThanOrEqual(1_000_000 + leaseMs + 1_000);
  });

  test("ends with its take, though the ledger does not answer", async () => {
    const watching = watch(broken(1, () => new Promise(() => {})));
    await clock.sleep(1_000);
    ended.abort();
    await watching;
    expect(stop.signal.aborted).toBe(false);
  });

  test("forgets a fault once the ledger answers again", async () => {
    let calls = 0;
    const flaky = broken(1, (id, transition) => {
      calls += 1;
      return calls % 5 === 0
        ? ledger.changeRun(id, transition)
        : Promise.reject(new Error("no ledger"));
    });
    const watching = watch(flaky);
    await clock.sleep(5 * leaseMs);
    expect(stop.signal.aborted).toBe(false);
    ended.abort();
    await watching;
  });
});
