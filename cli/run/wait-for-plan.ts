import { setTimeout as delay } from "node:timers/promises";
import type { RunSummary } from "../../shared/ledger/run-summary.ts";
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
  for (const giveUpAtMs = Date.now() + timeoutMs; ; ) {
    const state = await readRunState(stage.ledger, started.runId);
    if (state !== undefined && state.run.status !== "planned") {
      const { run, summary } = state;
      const refused = (run.status === "failed" || run.status === "halted") && run.batches === 0;
      if (!refused) return summary;
      throw new CommandError(run.reason ?? `run ${run.runId} ended before it was planned`);
    }
    if (Date.now() >= giveUpAtMs) {
      if (state !== undefined) return state.summary;
      throw new CommandError(
        `run ${started.runId} is started and not planned yet: gsc-sync status ${started.runId} shows it once it is`,
      );
    }
    await checkRun(stage, started, state?.run);
    await delay(pollMs);
  }
}
