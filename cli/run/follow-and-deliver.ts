import type { RunSummary } from "../../shared/ledger/run-summary.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { isExecutionRunning } from "../../shared/sync/end/executions.ts";
import { onInterrupt } from "../output/interrupt.ts";
import type { Terminal } from "../output/terminal.ts";
import type { OpenStage } from "../stage/stage.ts";
import { deliverEvents } from "./deliver-events.ts";
import { ensureEndPublished } from "./ensure-end-published.ts";
import { followRun } from "./follow-run.ts";

export type FollowedRun = {
  readonly summary: RunSummary;
  /** True when the command has taken every event of the run, or no command was named. */
  readonly delivered: boolean;
};

/**
 * Follows a run to its end, and gives its events to a command: as they come, and the rest after the
 * end.
 */
export async function followAndDeliver(
  stage: OpenStage,
  started: { readonly runId: string; readonly execution: string },
  terminal: Terminal,
  delivery: {
    /** The command that gets the events; undefined: none does. */
    readonly command: string | undefined;
    /** Gets the command's output and its failures. */
    readonly notice?: (text: string) => void;
  },
): Promise<FollowedRun> {
  const { command, notice = terminal.notice } = delivery;
  const { eventFolder: folder } = stage;
  // Of a stage in AWS the command line has no events: it refuses `--on-complete` there.
  if (command === undefined || folder === null) {
    return { summary: await followRun(stage, started, terminal), delivered: true };
  }
  const { runId } = started;
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
  // A fault is thrown where the delivery is awaited.
  delivering.catch(() => {});
  try {
    const summary = await followRun(stage, started, terminal);
    terminal.endProgress();
    using _interrupt = onInterrupt(
      () => stop.abort(),
      () => process.exit(1),
    );
    await ensureEndPublished(runId, stop.signal, {
      ledger: stage.ledger,
      clock: systemClock,
      isExecutionRunning: (execution) => isExecutionRunning(stage.executions, execution),
      eventBus: () => stage.eventBus(),
    });
    allThere.abort();
    return { summary, delivered: (await delivering) === "delivered" };
  } catch (error) {
    stop.abort();
    await delivering.catch(() => {});
    throw error;
  }
}
