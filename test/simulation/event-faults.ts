import { runEventId } from "../../shared/events/run-event.ts";
import type { SyncEvent } from "../../shared/events/sync-event.ts";
import type { BatchUnit } from "../../shared/ledger/batch.ts";
import type { Run } from "../../shared/ledger/run.ts";

/** What settled and ended in a history, and must have been told. */
export type Untold = {
  readonly settled: readonly { readonly run: Run; readonly units: readonly BatchUnit[] }[];
  /** A run as it was when an execution ended it. */
  readonly endings: readonly Run[];
};

/**
 * What is wrong with the events of a history: a settled unit or an ended run that nobody was told
 * of, or an `eventId` that stands for two things.
 */
export function eventFaults(
  events: readonly SyncEvent[],
  { settled, endings }: Untold,
): readonly string[] {
  const faults: string[] = [];
  const contents = new Map<string, string>();
  for (const event of events) {
    const content = JSON.stringify(factOf(event));
    const known = contents.get(event.eventId) ?? content;
    if (known !== content) faults.push(`${event.eventId} tells ${known} and ${content}`);
    contents.set(event.eventId, content);
  }
  const told = new Set(events.filter(isOfUnit).map((event) => unitKey(event.runId, event)));
  for (const { run, units } of settled) {
    for (const { report, date, status } of units) {
      if (status === "pending") continue;
      const key = unitKey(run.runId, { report, date, status });
      if (!told.has(key)) faults.push(`nobody was told of ${key}`);
    }
  }
  for (const run of endings) {
    const eventId = runEventId(run);
    if (!contents.has(eventId))
      faults.push(`nobody was told of ${eventId}, which is ${run.status}`);
  }
  return faults;
}

/**
 * Who tells again what nobody wrote down may know of another attempt, and of its error; who tells
 * again of a run that stopped halfway, of figures that a take has written since.
 */
function factOf(event: SyncEvent): Partial<SyncEvent> {
  if (event.kind === "unit") return { ...event, attempts: 0, error: null };
  if (event.status === "complete" || event.status === "completed_with_failures") return event;
  const { eventId, runId, status, reason, siteUrl, from, to, reports } = event;
  return { eventId, runId, status, reason, siteUrl, from, to, reports };
}

function isOfUnit(event: SyncEvent): event is SyncEvent & { readonly kind: "unit" } {
  return event.kind === "unit";
}

/** An event calls complete what a batch item calls done. */
function unitKey(
  runId: string,
  unit: { readonly report: string; readonly date: string; readonly status: string },
): string {
  return `${runId} ${unit.report} ${unit.date} ${unit.status === "done" ? "complete" : unit.status}`;
}
