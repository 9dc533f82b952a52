import { setTimeout as delay } from "node:timers/promises";
import type { RunSummary } from "../shared/ledger/run-summary.ts";
import { CommandError } from "./command-error.ts";
import { checkExecution } from "./follow-run.ts";
import type { OpenStage } from "./open-stage.ts";
import { readRunState } from "./run-snapshot.ts";

const lookMs = 500;
/** A function that was not called for a while takes seconds to start. */
const patienceMs = 60_000;

/**
 * The run as planning has made it, so that whoever is told its id finds it.
 * @throws CommandError when planning refused it, or has not come to it
 */
export async function untilPlanned(
  stage: OpenStage,
  started: { readonly runId: string; readonly execution: string },
): Promise<RunSummary> {
  for (const giveUpAtMs = Date.now() + patienceMs; Date.now() < giveUpAtMs; ) {
    const state = await readRunState(stage.ledger, started.runId);
    if (state !== undefined) return state.summary;
    await checkExecution(stage, started, undefined);
    await delay(lookMs);
  }
  throw new CommandError(
    `run ${started.runId} is started and not planned yet: gsc-sync status ${started.runId} shows it once it is`,
  );
}
