import { batchDueMs, isSettled } from "../../ledger/batch.ts";
import type { BatchMessage } from "../../ledger/batch-message.ts";
import type { Run } from "../../ledger/run.ts";
import { returnBatch } from "../../ledger/transitions/return-batch.ts";
import { submitBatch } from "../../ledger/transitions/submit-batch.ts";
import { deferredByOutage, isOutage } from "../store-outage.ts";
import { createBatchProgress } from "./batch-progress.ts";
import { beginTake, takeLease } from "./begin-take.ts";
import type { WorkPorts } from "./fetch-ports.ts";
import { haltTake } from "./halt-take.ts";
import { watchLease } from "./lease-watch.ts";
import { recordFigures } from "./record-figures.ts";
import type { Lease, Take, TakeWork, TimeSliceEnd, WorkOutcome } from "./take.ts";
import { createTakeMeter } from "./take-meter.ts";
import { withWorkerSlot } from "./with-worker-slot.ts";
import { workUnits } from "./work-units.ts";

/**
 * A take, from the message to its end: take the batch, fetch what is pending until the time slice is over,
 * write how far it came, then submit the batch or put it back. A crash at any point leaves a lease
 * that runs out and unit records that say what is stored. The lease is watched from its first moment:
 * what is read before the first request may take longer than the lease.
 */
export async function workBatch(message: BatchMessage, ports: WorkPorts): Promise<WorkOutcome> {
  if (!ports.countsTakes) return workWithoutSlot(message, ports);
  const outcome = await withWorkerSlot(message, ports, () => workWithoutSlot(message, ports));
  return outcome ?? nothingToDo(null);
}

/**
 * Puts a batch back for which a worker could not get ready: what it needs is away. The ledger
 * answers, so that the run says why.
 */
export async function putBackUnworked(
  message: BatchMessage,
  outage: Error,
  ports: Pick<WorkPorts, "ledger" | "clock">,
): Promise<WorkOutcome> {
  const taken = await takeLease(message, ports);
  if (taken.kind === "nothing") return nothingToDo(taken.run);
  return putBack(taken.lease, outage, ports);
}

async function workWithoutSlot(message: BatchMessage, ports: WorkPorts): Promise<WorkOutcome> {
  const { ledger, clock } = ports;
  const taken = await takeLease(message, ports);
  if (taken.kind === "nothing") return nothingToDo(taken.run);

  const { lease } = taken;
  const stop = new AbortController();
  const ended = new AbortController();
  const watch = watchLease(ledger, lease, clock, stop, ended.signal);
  try {
    return await workLease(lease, stop, ports);
  } finally {
    ended.abort();
    await watch;
  }
}

async function workLease(
  lease: Lease,
  stop: AbortController,
  ports: WorkPorts,
): Promise<WorkOutcome> {
  const { ledger, clock } = ports;
  let take: Take | null;
  try {
    take = await beginTake(lease, ports);
    if (take === null) return nothingToDo(lease.run);
    // Units that an earlier take settled before it died.
    if (take.found.length > 0) await ports.eventBus.publish(take.found);
  } catch (error) {
    if (!isOutage(error)) throw error;
    return putBack(lease, error, ports);
  }
  const { lever } = await ledger.readSettings();
  const sequential = Math.min(take.run.concurrency, lever) <= 1;
  const work: TakeWork = {
    take,
    progress: createBatchProgress(ledger, take.batch),
    meter: createTakeMeter(() => clock.nowMs()),
    stop,
  };
  if (take.halt !== null) await haltTake(take.halt, work, ports);
  const end = await workUnits(work, sequential ? 1 : ports.unitsAtOnce, ports);
  return endTake(work, end, ports);
}

function nothingToDo(run: Run | null): WorkOutcome {
  return { kind: "nothing", run, batch: null, token: 0, crashes: 0, outage: null };
}

/** The batch item stays as it was found: the next take finds the same in it. */
async function putBack(
  { run: known, batchId, token }: Lease,
  outage: Error,
  { ledger, clock }: Pick<WorkPorts, "ledger" | "clock">,
): Promise<WorkOutcome> {
  const { untilMs, reason } = deferredByOutage(outage, clock);
  const left = await ledger.changeRun(known.runId, (run) =>
    returnBatch(
      run,
      { batchId, token, notBeforeMs: untilMs, deferred: true, outage: true },
      run.status === "running" ? reason : null,
      clock.nowMs(),
    ),
  );
  const kind = left?.answer === "returned" ? "returned" : "lost";
  return { ...nothingToDo(left?.run ?? known), kind, token, outage: reason };
}

/**
 * Writes how far the take came, then submits the batch or puts it back. In this order: a crash in
 * between leaves a lease that runs out, and nothing to be done again.
 */
async function endTake(work: TakeWork, end: TimeSliceEnd, ports: WorkPorts): Promise<WorkOutcome> {
  const { ledger, clock } = ports;
  const { take, progress, stop } = work;
  const { runId } = take.run;
  const outcome = (kind: WorkOutcome["kind"], run: Run): WorkOutcome => ({
    kind,
    run,
    batch: progress.batch(),
    token: take.token,
    crashes: take.crashes,
    outage: end.deferred?.outage === true ? end.deferred.reason : null,
  });
  if (stop.signal.reason === "lost") return outcome("lost", take.run);
  recordFigures(work, ports.memoryMb());
  if ((await progress.save()) === "lost") return outcome("lost", take.run);

  const batch = progress.batch();
  if (isSettled(batch)) {
    const left = await ledger.changeRun(runId, (run) => submitBatch(run, take, clock.nowMs()));
    return outcome(left?.answer === "settled" ? "settled" : "lost", left?.run ?? take.run);
  }
  const notBeforeMs = Math.max(end.deferred?.untilMs ?? 0, batchDueMs(batch));
  const reason = end.deferred?.reason ?? null;
  const outage = end.deferred?.outage === true;
  const left = await ledger.changeRun(runId, (run) =>
    returnBatch(
      run,
      {
        batchId: take.batchId,
        token: take.token,
        notBeforeMs,
        deferred: end.deferred !== null,
        outage,
      },
      run.status === "running" ? reason : null,
      clock.nowMs(),
    ),
  );
  const halted = stop.signal.reason === "halting";
  const kind = left?.answer === "lost" ? "lost" : halted ? "halted" : "returned";
  return outcome(kind, left?.run ?? take.run);
}
