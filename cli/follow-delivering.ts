import { setTimeout as delay } from "node:timers/promises";
import { readEventLines } from "../local/event-log.ts";
import { homeFolder, homeLayout } from "../local/home.ts";
import { runEvent, runEventId } from "../shared/events/run-event.ts";
import { isEnded, type Run } from "../shared/ledger/run.ts";
import type { RunSummary } from "../shared/ledger/run-summary.ts";
import { deliverEvents } from "./deliver-events.ts";
import { isExecutionRunning } from "./execution-status.ts";
import { followRun } from "./follow-run.ts";
import { onInterrupt } from "./interrupt.ts";
import type { OpenStage } from "./open-stage.ts";
import { readRunState } from "./run-snapshot.ts";
import type { Terminal } from "./terminal.ts";

export type FollowedRun = {
  readonly summary: RunSummary;
  /** Every event of the run has reached the command; also when there is none. */
  readonly delivered: boolean;
};

/**
 * Follows a run to its end, giving its events to a command as they come, and the rest of them
 * after the end.
 */
export async function followDelivering(
  stage: OpenStage,
  started: { readonly runId: string; readonly execution: string },
  terminal: Terminal,
  delivery: {
    /** Gets the events; absent: nobody does. */
    readonly command: string | undefined;
    /** For what the command prints, and what becomes of it. */
    readonly notice?: (text: string) => void;
  },
): Promise<FollowedRun> {
  const { command, notice = terminal.notice } = delivery;
  if (command === undefined) {
    return { summary: await followRun(stage, started, terminal), delivered: true };
  }
  const { runId } = started;
  const folder = homeLayout(homeFolder(process.env, process.cwd())).folders.events;
  const allThere = new AbortController();
  const stop = new AbortController();
  const delivering = deliverEvents({
    folder,
    runId,
    command,
    notice,
    allThere: allThere.signal,
    stop: stop.signal,
  });
  // Told when it is awaited, whatever becomes of the run meanwhile.
  delivering.catch(() => {});
  try {
    const summary = await followRun(stage, started, terminal);
    terminal.endProgress();
    using _interrupt = onInterrupt(
      () => stop.abort(),
      () => process.exit(1),
    );
    await untilRunEventIsThere(stage, folder, runId, stop.signal);
    allThere.abort();
    return { summary, delivered: (await delivering) === "delivered" };
  } catch (error) {
    stop.abort();
    await delivering.catch(() => {});
    throw error;
  }
}

const lookMs = 100;

/**
 * The execution tells of the run's end after it. One that is gone never will: its owner was killed,
 * or the run was taken from it. Then this command does.
 */
async function untilRunEventIsThere(
  stage: OpenStage,
  folder: string,
  runId: string,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    const state = await readRunState(stage.ledger, runId);
    if (state === undefined || !isEnded(state.run.status)) return;
    const running = await isExecutionRunning(stage, state.run.execution);
    if (await hasRunEvent(folder, state.run)) return;
    if (!running) {
      const eventBus = await stage.eventBus();
      return eventBus.publish([runEvent(state.run, state.summary)]);
    }
    await delay(lookMs);
  }
}

async function hasRunEvent(folder: string, run: Run): Promise<boolean> {
  const mark = `"eventId":${JSON.stringify(runEventId(run))}`;
  const lines = await readEventLines(folder, run.runId, 0);
  return lines.some(({ line }) => line.includes(mark));
}
