import type { BatchMessage } from "../../ledger/batch-message.ts";
import { unchanged } from "../../ledger/decision.ts";
import type { Run } from "../../ledger/run.ts";
import { afterAnswer } from "../../ledger/send-lease.ts";
import { returnBatch } from "../../ledger/transitions/return-batch.ts";
import { leaveWorkerSlot, takeWorkerSlot, workerSlotMs } from "../../ledger/worker-slots.ts";
import type { WorkPorts } from "./fetch-ports.ts";

/** A batch for which no worker slot was free is sent again after this. */
const comeBackMs = 1_000;
const keepMs = workerSlotMs / 4;

/**
 * Works while the take has a worker slot. The lever says how many slots a stage has. When none is
 * free, the batch is put back unchanged, no attempt is counted, and the result is undefined.
 */
export async function withWorkerSlot<Outcome>(
  message: BatchMessage,
  ports: Pick<WorkPorts, "ledger" | "clock">,
  work: () => Promise<Outcome>,
): Promise<Outcome | undefined> {
  const { ledger, clock } = ports;
  const take = `${message.runId}/${message.batchId}/${clock.random().toString(36).slice(2)}`;
  const { lever } = await ledger.readSettings();
  const hasSlot = await ledger.changeWorkerSlots((slots) =>
    takeWorkerSlot(slots, take, lever, clock.nowMs()),
  );
  if (!hasSlot) {
    await returnUntaken(message, ports);
    return undefined;
  }
  const ended = new AbortController();
  const keeping = keepWorkerSlot(take, ports, ended.signal);
  try {
    return await work();
  } finally {
    ended.abort();
    await keeping;
    // When the ledger does not answer, the worker slot expires.
    await ledger.changeWorkerSlots((slots) => leaveWorkerSlot(slots, take)).catch(() => {});
  }
}

/** A take under way keeps its worker slot when the lever goes down; it ends with its time slice. */
async function keepWorkerSlot(
  take: string,
  { ledger, clock }: Pick<WorkPorts, "ledger" | "clock">,
  ended: AbortSignal,
): Promise<void> {
  while (!ended.aborted) {
    await clock.sleep(keepMs, ended);
    if (ended.aborted) return;
    await ledger
      .changeWorkerSlots((slots) =>
        takeWorkerSlot(slots, take, Number.POSITIVE_INFINITY, clock.nowMs()),
      )
      .catch(() => {});
  }
}

async function returnUntaken(
  { runId, batchId }: BatchMessage,
  { ledger, clock }: Pick<WorkPorts, "ledger" | "clock">,
): Promise<void> {
  const nowMs = clock.nowMs();
  const back = { batchId, token: 0, notBeforeMs: nowMs + comeBackMs, deferred: true };
  await ledger.changeRun(runId, (run: Run) =>
    run.inFlight[batchId] === undefined
      ? unchanged("lost")
      : returnBatch(afterAnswer(run), back, null, nowMs),
  );
}
