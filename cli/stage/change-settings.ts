import type { Settings, SettingsChange } from "../../shared/ledger/settings.ts";
import { changeLever, LeverError } from "../../shared/operations/lever/change-lever.ts";
import { CommandError } from "../output/errors.ts";
import type { OpenStage } from "./stage.ts";

/**
 * Changes a stage's settings. A home's event source reads the lever in the ledger; in AWS the
 * function and its mapping are set too. @throws CommandError
 */
export async function changeStageSettings(
  stage: OpenStage,
  change: SettingsChange,
): Promise<Settings> {
  const { ledger, deployed } = stage;
  if (deployed === null) return ledger.changeSettings(change);
  const { workers, description } = deployed;
  try {
    return await changeLever(change, {
      ledger,
      workers,
      reserved: description.worker.reserved,
      defaultLever: description.settings.lever,
    });
  } catch (error) {
    if (error instanceof LeverError) throw new CommandError(error.message, { cause: error });
    throw error;
  }
}
