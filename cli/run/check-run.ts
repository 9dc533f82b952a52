import type { Run } from "../../shared/ledger/run.ts";
import { checkExecution, ExecutionFailedError } from "../../shared/sync/end/check-execution.ts";
import { CommandError } from "../output/errors.ts";
import type { StageRuns } from "../stage/stage.ts";

/** Halts the run when its execution has ended without finishing it. @throws CommandError */
export async function checkRun(
  stage: StageRuns,
  started: { readonly runId: string; readonly execution: string },
  run: Run | undefined,
): Promise<void> {
  try {
    await checkExecution(started, run, stage, Date.now());
  } catch (error) {
    if (error instanceof ExecutionFailedError) throw new CommandError(error.message);
    throw error;
  }
}
