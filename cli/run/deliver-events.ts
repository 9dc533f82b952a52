import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { eventFile, readEventLines } from "../../local/aws-servers/event-log.ts";
import { acquireProcessLock } from "../../local/processes/process-lock.ts";
import { eventCursor } from "./event-cursor.ts";
import { runEventCommand } from "./run-event-command.ts";

export type DeliveryOptions = {
  /** Of the home's events. */
  readonly folder: string;
  readonly runId: string;
  /** Run through the shell for each event. */
  readonly command: string;
  readonly notice: (text: string) => void;
  /** Aborts when no more events come: what is there is delivered, then it is over. */
  readonly allThere: AbortSignal;
  /** Aborts when delivery is to stop where it is. */
  readonly stop: AbortSignal;
  /** Waits between the tries of a command that fails; as many as there are. */
  readonly waitsMs?: readonly number[];
};

const lookMs = 150;
const defaultWaitsMs = [1_000, 3_000];

const KindSchema = z.object({ kind: z.enum(["unit", "run"]), eventId: z.string() });

/**
 * Gives a run's events to a command, one after the other in their order, from the last one that
 * was delivered on. At the first that the command does not take it stops, so that none is passed
 * over: whoever delivers next begins with it.
 */
export async function deliverEvents(options: DeliveryOptions): Promise<"delivered" | "left"> {
  const { folder, runId, notice, allThere, stop } = options;
  const lock = await acquireProcessLock(`${eventFile(folder, runId)}.lock`, { waitMs: 0 });
  if (lock === undefined) {
    notice(`another command delivers the events of run ${runId}: --on-complete leaves them to it`);
    return "delivered";
  }
  try {
    const cursor = eventCursor(folder, runId);
    for (let offset = await cursor.read(); ; ) {
      const last = allThere.aborted;
      const lines = await readEventLines(folder, runId, offset);
      for (const [index, { line, end }] of lines.entries()) {
        const fault = await deliver(line, options);
        if (fault !== null) {
          notice(
            `--on-complete: ${fault}; ${lines.length - index} events or more of run ${runId} are left: gsc-sync resume ${runId} --on-complete '…' goes on with them`,
          );
          return "left";
        }
        offset = end;
        await cursor.write(offset);
      }
      if (last && lines.length === 0) return "delivered";
      if (!allThere.aborted) {
        await delay(lookMs, undefined, { signal: AbortSignal.any([allThere, stop]) }).catch(
          () => {},
        );
      }
      if (stop.aborted) return "left";
    }
  } finally {
    lock.release();
  }
}

/** Why the event could not be delivered; null when it was. */
async function deliver(line: string, options: DeliveryOptions): Promise<string | null> {
  const { command, notice, stop, waitsMs = defaultWaitsMs } = options;
  const { kind, eventId } = KindSchema.parse(JSON.parse(line));
  let how = "";
  for (const waitMs of [0, ...waitsMs]) {
    if (waitMs > 0) await delay(waitMs, undefined, { signal: stop }).catch(() => {});
    const end = await runEventCommand({ command, kind, line, onOutput: notice, signal: stop });
    if (end.kind === "ok") return null;
    how = end.how;
    if (stop.aborted) return `stopped before the event ${eventId} was delivered`;
  }
  return `the command failed ${waitsMs.length + 1} times for the event ${eventId} (${how})`;
}
