import { knownStage, localStage } from "../options/options.ts";
import type { Environment, OpenStage } from "./stage.ts";
import { giveBackLeft } from "./with-loan.ts";

/**
 * Opens a stage; `local` starts the home's servers, or attaches to them. Then it gives back what a
 * rollout or drill that was killed has left changed.
 */
export async function openStage(
  stage: string,
  onNotice: (notice: string) => void,
  environment: Environment = process.env,
): Promise<OpenStage> {
  const opened = await openKindOf(stage, onNotice, environment);
  await giveBackLeft(opened, onNotice);
  return opened;
}

/** Each kind of stage loads its own code. */
async function openKindOf(
  stage: string,
  onNotice: (notice: string) => void,
  environment: Environment,
): Promise<OpenStage> {
  const known = knownStage(stage);
  if (known === localStage) {
    const { openLocalStage } = await import("./open-local-stage.ts");
    return openLocalStage(onNotice, environment);
  }
  const { openAwsStage } = await import("./open-aws-stage.ts");
  return openAwsStage(known, environment);
}
