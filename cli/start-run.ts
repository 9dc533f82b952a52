import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import { environmentNames } from "../shared/config/names.ts";
import { PropertyBusyError } from "../shared/ledger/hold-property.ts";
import { holderInTheWay } from "../shared/ledger/property-lock.ts";
import { parseRunRequest } from "../shared/plan/plan-run.ts";
import type { RunRequestInput } from "../shared/plan/run-request.ts";
import { CommandError } from "./command-error.ts";
import type { OpenStage } from "./open-stage.ts";

/** Starts an execution of the sync machine; its name makes a second start of the same one none. */
export async function startRun(
  stage: OpenStage,
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

/** The owner's workers fetch what this command starts: from the same server, or not at all. */
export function refuseOtherServer(stage: OpenStage): void {
  const name = environmentNames.searchConsoleRootUrl;
  const here = process.env[name] || undefined;
  const there = stage.stack.handlerEnvironment[name];
  if (here === there) return;
  throw new CommandError(
    `the command that owns this home reads ${there ?? "Google"}, and this one would read ${here ?? "Google"}: wait for its end, or use another ${environmentNames.home}`,
  );
}
