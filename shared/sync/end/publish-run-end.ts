import type { EventBus } from "../../events/event-bus.ts";
import { runEvent } from "../../events/run-event.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { isEnded, isEndPublished, type Run } from "../../ledger/run.ts";
import { readRunBatches } from "../../ledger/run-batches.ts";
import { summariseRun } from "../../ledger/run-summary.ts";
import { markEndPublished } from "../../ledger/transitions/mark-end-published.ts";

export type PublishPorts = { readonly ledger: Ledger; readonly eventBus: EventBus };

/**
 * Publishes the end of a run that has ended, unless it is published already. A publisher that dies
 * before it records this publishes the event twice, with the same `eventId`.
 * @throws EventBusError
 */
export async function publishRunEnd(run: Run, { ledger, eventBus }: PublishPorts): Promise<void> {
  if (!isEnded(run.status) || isEndPublished(run)) return;
  const summary = summariseRun(run, await readRunBatches(ledger, run), run.updatedAtMs);
  await eventBus.publish([runEvent(run, summary)]);
  await ledger.changeRun(run.runId, (current) => markEndPublished(current, run.execution));
}
