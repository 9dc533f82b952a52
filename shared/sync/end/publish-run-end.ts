import type { EventBus } from "../../events/event-bus.ts";
import { runEvent } from "../../events/run-event.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { isEnded, isEndTold, type Run } from "../../ledger/run.ts";
import { readRunBatches } from "../../ledger/run-batches.ts";
import { summariseRun } from "../../ledger/run-summary.ts";
import { tellRun } from "../../ledger/transitions/tell-run.ts";

export type TellPorts = { readonly ledger: Ledger; readonly eventBus: EventBus };

/**
 * Tells of the end of a run that has ended, unless that is told. Whoever gets the event twice, since
 * its sender died before it could write that down, knows it by its `eventId`.
 * @throws EventBusError
 */
export async function publishRunEnd(run: Run, { ledger, eventBus }: TellPorts): Promise<void> {
  if (!isEnded(run.status) || isEndTold(run)) return;
  const summary = summariseRun(run, await readRunBatches(ledger, run), run.updatedAtMs);
  await eventBus.publish([runEvent(run, summary)]);
  await ledger.changeRun(run.runId, (current) => tellRun(current, run.execution));
}
