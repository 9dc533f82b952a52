import { knownStage, localStage } from "../options/options.ts";
import type { OpenStage } from "./stage.ts";
import { giveBackLeft } from "./with-loan.ts";

/** `local` starts the home's servers, or attaches to them. What a dead borrower left is given back. */
export async function openStage(
  stage: string,
  onNotice: (notice: string) => void,
): Promise<OpenStage> {
  const opened = await openKindOf(stage, onNotice);
  await giveBackLeft(opened, onNotice);
  return opened;
}

/** Each kind of stage loads its own code. */
async function openKindOf(stage: string, onNotice: (notice: string) => void): Promise<OpenStage> {
  const known = knownStage(stage);
  if (known === localStage) {
    const { openLocalStage } = await import("./open-local-stage.ts");
    return openLocalStage(onNotice);
  }
  const { openAwsStage } = await import("./open-aws-stage.ts");
  return openAwsStage(known);
}
