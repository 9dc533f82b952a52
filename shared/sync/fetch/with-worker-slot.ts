import type { BatchMessage } from "../../ledger/batch-message.ts";
import { unchanged } from "../../ledger/decision.ts";
import type { Run } from "../../ledger/run.ts";
import { afterAnswer } from "../../ledger/send-lease.ts";
import { returnBatch } from "../../ledger/transitions/return-batch.ts";
import { leaveWorkerSlot, takeWorkerSlot, workerSlotMs } from "../../ledger/worker-slots.ts";
import type { WorkPorts } from "./fetch-ports.ts";

/** Whoever finds no seat has its batch rung again after this. */
const comeBackMs = 1_000;
const keepMs = workerSlotMs / 4;

/**
 * Works while the take has a seat, of which a stage has as many as its lever says. When none is
 * free the batch is put back as it was rung, no attempt counted: undefined.
 */
export async function withWorkerSlot<Outcome>(
  message: BatchMessage,
  ports: Pick<WorkPorts, "ledger" | "clock">,
  work: () => Promise<Outcome>,
): Promise<Outcome | undefined> {
  const { ledger, clock } = ports;
  const take = `${message.runId}/${message.batchId}/${clock.random().toString(36).slice(2)}`;
  const { lever } = await ledger.readSettings();
  const seated = await ledger.changeWorkerSlots((seats) =>
    takeWorkerSlot(seats, take, lever, clock.nowMs()),
  );
  if (!seated) {
    await putRingBack(message, ports);
    return undefined;
  }
  const ended = new AbortController();
  const keeping = keepWorkerSlot(take, ports, ended.signal);
  try {
    return await work();
  } finally {
    ended.abort();
    await keeping;
    // A ledger that is away forgets the seat by itself.
    await ledger.changeWorkerSlots((seats) => leaveWorkerSlot(seats, take)).catch(() => {});
  }
}

/** A take that is under way keeps its seat when the lever goes down, and ends with its slice. */
async function keepWorkerSlot(
  take: string,
  { ledger, clock }: Pick<WorkPorts, "ledger" | "clock">,
  ended: AbortSignal,
): Promise<void> {
  while (!ended.aborted) {
    await clock.sleep(keepMs, ended);
    if (ended.aborted) return;
    await ledger
      .changeWorkerSlots((seats) =>
        takeWorkerSlot(seats, take, Number.POSITIVE_INFINITY, clock.nowMs()),
      )
      .catch(() => {});
  }
}

async function putRingBack(
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
