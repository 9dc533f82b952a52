import { PropertyBusyError } from "../../shared/ledger/property-lock.ts";
import type { Run } from "../../shared/ledger/run.ts";
import { resumeRun } from "../../shared/sync/end/resume-run.ts";
import { CommandError } from "../output/errors.ts";
import type { OpenStage } from "../stage/stage.ts";
import { refuseOtherServer } from "./start-run.ts";

/**
 * Resumes a run of the stage. Returns the name of the execution that works on it from here on.
 * @throws CommandError: another run has the property
 */
export async function resumeOnStage(
  stage: OpenStage,
  run: Run,
  options: { readonly clearInFlight: boolean; readonly sequential: boolean },
  onNotice: (notice: string) => void,
): Promise<string> {
  const checkStart = () => refuseOtherServer(stage);
  try {
    return await resumeRun(run, options, { ...stage, checkStart, nowMs: Date.now, onNotice });
  } catch (error) {
    if (error instanceof PropertyBusyError) throw new CommandError(error.message);
    throw error;
  }
}
