import { StopExecutionCommand } from "@aws-sdk/client-sfn";
import { lockProperty, PropertyBusyError } from "../shared/ledger/hold-property.ts";
import { isEnded, type Run } from "../shared/ledger/run.ts";
import { tellEnd } from "../shared/ledger/tell-end.ts";
import { orphanRun } from "../shared/ledger/transitions/orphan-run.ts";
import { resumeRun } from "../shared/ledger/transitions/resume-run.ts";
import { CommandError } from "./command-error.ts";
import { executionArn } from "./execution-arn.ts";
import { isExecutionRunning } from "./execution-status.ts";
import type { OpenStage } from "./open-stage.ts";
import { refuseOtherServer, startRun } from "./start-run.ts";

/** The execution that carries the run from here on: a live one, or a new one. */
export async function carryRun(
  stage: OpenStage,
  run: Run,
  options: { readonly clearInFlight: boolean; readonly sequential: boolean },
): Promise<string> {
  const { ledger } = stage;
  if (!isEnded(run.status)) {
    const alive = await isExecutionRunning(stage, run.execution);
    if (alive && !options.clearInFlight) return run.execution;
    if (alive) await stopExecution(stage, run.execution, clearedByHand);
    await ledger.changeRun(run.runId, (orphan) =>
      orphanRun(orphan, {
        execution: run.execution,
        reason: clearedByHand,
      }),
    );
  }
  if (run.status === "complete" || run.status === "completed_with_failures") return run.execution;

  refuseOtherServer(stage);
  try {
    await lockProperty(run, ledger, Date.now());
  } catch (error) {
    if (error instanceof PropertyBusyError) throw new CommandError(error.message);
    throw error;
  }
  // Its execution may sleep, and finds the run taken over when it wakes.
  const left = await ledger.readRun(run.runId);
  if (left !== undefined) await tellEnd(left, { ledger, eventBus: await stage.eventBus() });
  const execution = `${run.runId}-${Date.now().toString(36)}`;
  await ledger.changeRun(run.runId, (ended) =>
    resumeRun(ended, { execution, sequential: options.sequential }, Date.now()),
  );
  await startRun(stage, execution, { runId: run.runId });
  return execution;
}

const clearedByHand = "its in-flight batches were cleared by hand";

/** `cause`: what the execution's history says of it. */
export async function stopExecution(
  stage: OpenStage,
  execution: string,
  cause: string,
): Promise<void> {
  const arn = executionArn(stage.stateMachineArn, execution);
  await stage.executions.send(new StopExecutionCommand({ executionArn: arn, cause }));
}
