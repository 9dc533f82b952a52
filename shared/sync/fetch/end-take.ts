import { batchDueMs, isSettled } from "../../ledger/batch.ts";
import type { Run } from "../../ledger/run.ts";
import { returnBatch } from "../../ledger/transitions/return-batch.ts";
import { submitBatch } from "../../ledger/transitions/submit-batch.ts";
import type { WorkPorts } from "./fetch-ports.ts";
import { recordFigures } from "./record-figures.ts";
import type { TakeWork, TimeSliceEnd, WorkOutcome } from "./take.ts";

/**
 * Writes how far the take came, then submits the batch or puts it back. In this order: a crash in
 * between leaves a lease that runs out, and nothing to be done again.
 */
export async function endTake(
  work: TakeWork,
  end: TimeSliceEnd,
  ports: WorkPorts,
): Promise<WorkOutcome> {
  const { ledger, clock } = ports;
  const { take, progress, stop } = work;
  const { runId } = take.run;
  const outcome = (kind: WorkOutcome["kind"], run: Run): WorkOutcome => ({
    kind,
    run,
    batch: progress.batch(),
    token: take.token,
    crashes: take.crashes,
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
  const left = await ledger.changeRun(runId, (run) =>
    returnBatch(
      run,
      { batchId: take.batchId, token: take.token, notBeforeMs, deferred: end.deferred !== null },
      run.status === "running" ? reason : null,
      clock.nowMs(),
    ),
  );
  const halted = stop.signal.reason === "halting";
  const kind = left?.answer === "lost" ? "lost" : halted ? "halted" : "returned";
  return outcome(kind, left?.run ?? take.run);
}
