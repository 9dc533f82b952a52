import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { z } from "zod";
import { eventFile, readEventLines } from "../../local/aws-servers/event-log.ts";
import { writeFileWhole } from "../../local/home/write-file-whole.ts";
import { acquireProcessLock } from "../../local/processes/process-lock.ts";
import { environmentNames } from "../../shared/config/names.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";

export type DeliveryOptions = {
  /** Of the home's events. */
  readonly folder: string;
  readonly runId: string;
  /** Run through the shell for each event. */
  readonly command: string;
  readonly notice: (text: string) => void;
  /** Aborts when no more events will come: the rest is delivered, then delivery ends. */
  readonly allThere: AbortSignal;
  /** Aborts to stop delivery at once. */
  readonly stop: AbortSignal;
  /** Waits between the tries of a command that fails; as many as there are. */
  readonly waitsMs?: readonly number[];
};

const pollMs = 150;
const defaultWaitsMs = [1_000, 3_000];

const KindSchema = z.object({ kind: z.enum(["unit", "run"]), eventId: z.string() });

/**
 * Gives a run's events to a command, one at a time and in order, beginning after the last one that
 * was delivered. Stops at the first event that the command does not take; the next delivery begins
 * with it.
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
        await systemClock.sleep(pollMs, AbortSignal.any([allThere, stop]));
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
    await systemClock.sleep(waitMs, stop);
    const end = await runEventCommand({ command, kind, line, onOutput: notice, signal: stop });
    if (end.kind === "ok") return null;
    how = end.how;
    if (stop.aborted) return `stopped before the event ${eventId} was delivered`;
  }
  return `the command failed ${waitsMs.length + 1} times for the event ${eventId} (${how})`;
}

/** How far a run's events are delivered, in bytes of its file; written after each event. */
type EventCursor = {
  read(): Promise<number>;
  write(offset: number): Promise<void>;
};

const CursorSchema = z.object({ offset: z.int().min(0) });

function eventCursor(folder: string, runId: string): EventCursor {
  const file = `${eventFile(folder, runId)}.cursor`;
  return {
    async read() {
      try {
        return CursorSchema.parse(JSON.parse(await readFile(file, "utf8"))).offset;
      } catch {
        // None, or none that can be read: each event once more is what "at least once" allows.
        return 0;
      }
    },
    write: (offset) => writeFileWhole(file, `${JSON.stringify({ offset })}\n`),
  };
}

type EventCommandEnd = { readonly kind: "ok" } | { readonly kind: "failed"; readonly how: string };

/**
 * Runs a person's command through the shell for one event: its JSON on stdin, `GSC_SYNC_EVENT` in
 * its environment. Its output goes to `onOutput` line by line: stdout is for our own result.
 */
async function runEventCommand(options: {
  readonly command: string;
  readonly kind: "unit" | "run";
  /** The event's JSON, one line. */
  readonly line: string;
  readonly onOutput: (line: string) => void;
  /** Ends the command. */
  readonly signal: AbortSignal;
}): Promise<EventCommandEnd> {
  const { command, kind, line, onOutput, signal } = options;
  if (signal.aborted) return { kind: "failed", how: "stopped" };
  const child = spawn(command, {
    shell: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, [environmentNames.event]: kind },
  });
  const stop = () => child.kill();
  signal.addEventListener("abort", stop, { once: true });
  // A command need not read its input.
  child.stdin.on("error", () => {});
  child.stdin.end(`${line}\n`);
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on("line", onOutput);
  }
  try {
    const how = await new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("close", (code, by) => {
        resolve(by !== null ? `ended by ${by}` : code === 0 ? "" : `exit code ${code}`);
      });
    });
    return how === "" ? { kind: "ok" } : { kind: "failed", how };
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
