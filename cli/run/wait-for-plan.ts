import type { RunSummary } from "../../shared/ledger/run-summary.ts";
import { poll } from "../../shared/lib/poll.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { CommandError } from "../output/errors.ts";
import type { StageRuns } from "../stage/stage.ts";
import { checkRun } from "./check-run.ts";
import { readRunState } from "./run-snapshot.ts";

const pollMs = 500;
/** A function that was not called for a while takes seconds to start. */
const timeoutMs = 60_000;

/**
 * Waits until the run is planned, so that its id can be looked up. A run whose planning takes
 * longer than the timeout is returned as it is by then. @throws CommandError when planning refused
 * it, or has not begun
 */
export async function waitForPlan(
  stage: StageRuns,
  started: { readonly runId: string; readonly execution: string },
): Promise<RunSummary> {
  const { runId } = started;
  async function read() {
    const state = await readRunState(stage.ledger, runId);
    const isPlanned = state !== undefined && state.run.status !== "planned";
    if (!isPlanned) await checkRun(stage, started, state?.run);
    return { state, isPlanned };
  }
  const timing = { pollMs, timeoutMs };
  const { state, isPlanned } = await poll(systemClock, timing, read, (found) => found.isPlanned);
  if (state === undefined) {
    throw new CommandError(
      `run ${runId} is started and not planned yet: gsc-sync status ${runId} shows it once it is`,
    );
  }
  const { run, summary } = state;
  const refused = (run.status === "failed" || run.status === "halted") && run.batches === 0;
  if (!isPlanned || !refused) return summary;
  throw new CommandError(run.reason ?? `run ${runId} ended before it was planned`);
}
