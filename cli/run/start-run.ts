import { holderInTheWay, PropertyBusyError } from "../../shared/ledger/property-lock.ts";
import type { RunRequest } from "../../shared/request/run-request.ts";
import { CommandError } from "../output/errors.ts";
import type { OpenStage, StageRuns } from "../stage/stage.ts";

/** Starts an execution of the sync machine. A second start with the same name does nothing. */
export async function startRun(
  { executions }: StageRuns,
  execution: string,
  input: { readonly runId?: string | undefined },
): Promise<{ readonly runId: string; readonly execution: string }> {
  await executions.start(execution, input);
  return { runId: input.runId ?? execution, execution };
}

/**
 * Refuses, before planning does, a property that another run has; the ledger's lock decides.
 * @throws CommandError
 */
export async function refuseBusyProperty(
  stage: StageRuns,
  { siteUrl, from, to, keepAutoSync }: RunRequest,
): Promise<void> {
  const nowMs = Date.now();
  const lock = await stage.ledger.readLock(siteUrl);
  const holder = holderInTheWay(lock, { from, to, keepAutoSync }, nowMs);
  if (holder !== undefined) throw new CommandError(new PropertyBusyError(siteUrl, holder).message);
}

/**
 * Refuses to start a run that would read another server than the one set here. @throws CommandError
 */
export function refuseOtherServer(stage: OpenStage): void {
  const fault = stage.otherServer();
  if (fault !== undefined) throw new CommandError(fault);
}
