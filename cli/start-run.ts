import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import { PropertyBusyError } from "../shared/ledger/hold-property.ts";
import { holderInTheWay } from "../shared/ledger/property-lock.ts";
import { parseRunRequest } from "../shared/plan/plan-run.ts";
import type { RunRequestInput } from "../shared/plan/run-request.ts";
import { CommandError } from "./command-error.ts";
import type { OpenStage } from "./open-stage.ts";

/** Starts an execution of the sync machine; its name makes a second start of the same one none. */
export async function startRun(
  stage: Pick<OpenStage, "executions" | "stateMachineArn">,
  execution: string,
  input: { readonly runId?: string | undefined },
): Promise<{ readonly runId: string; readonly execution: string }> {
  await stage.executions.send(
    new StartExecutionCommand({
      stateMachineArn: stage.stateMachineArn,
      name: execution,
      input: JSON.stringify(input),
    }),
  );
  return { runId: input.runId ?? execution, execution };
}

/** Says at once what planning would find out; the ledger's lock decides. @throws CommandError */
export async function refuseBusyProperty(
  stage: OpenStage,
  request: RunRequestInput,
): Promise<void> {
  const nowMs = Date.now();
  const { siteUrl, from, to, keepAutoSync } = parseRunRequest(request, nowMs);
  const lock = await stage.ledger.readLock(siteUrl);
  const holder = holderInTheWay(lock, { from, to, keepAutoSync }, nowMs);
  if (holder !== undefined) throw new CommandError(new PropertyBusyError(siteUrl, holder).message);
}

/** What is started here is fetched from the server that is set here, or not at all. */
export function refuseOtherServer(stage: Pick<OpenStage, "otherServer">): void {
  const fault = stage.otherServer();
  if (fault !== undefined) throw new CommandError(fault);
}
