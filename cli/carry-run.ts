import { StopExecutionCommand } from "@aws-sdk/client-sfn";
import { EventBusError } from "../shared/events/event-bus.ts";
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

/**
 * The execution that carries the run from here on: a live one, or a new one. An event bus that is
 * away keeps no run from going on.
 */
export async function carryRun(
  stage: Pick<OpenStage, "ledger" | "executions" | "stateMachineArn" | "eventBus" | "otherServer">,
  run: Run,
  options: { readonly clearInFlight: boolean; readonly sequential: boolean },
  onNotice: (notice: string) => void,
): Promise<string> {
  const { ledger } = stage;
  if (!isEnded(run.status)) {
    const alive = await isExecutionRunning(stage, run.execution);
    if (alive && !options.clearInFlight) return run.execution;
    if (alive) await stopExecution(stage, run.execution, clearedByHand);
    await ledger.changeRun(run.runId, (orphan) =>
      orphanRun(orphan, {
        execution: run.execution,
        reason: options.clearInFlight ? clearedByHand : "its execution had ended",
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
  if (left !== undefined) await tryTellingEnd(stage, left, onNotice);
  const execution = `${run.runId}-${Date.now().toString(36)}`;
  await ledger.changeRun(run.runId, (ended) =>
    resumeRun(ended, { execution, sequential: options.sequential }, Date.now()),
  );
  await startRun(stage, execution, { runId: run.runId });
  return execution;
}

/** What is not told here stays untold: the run's next end is an event of its own. */
async function tryTellingEnd(
  stage: Pick<OpenStage, "ledger" | "eventBus">,
  run: Run,
  onNotice: (notice: string) => void,
): Promise<void> {
  try {
    await tellEnd(run, { ledger: stage.ledger, eventBus: await stage.eventBus() });
  } catch (error) {
    if (!(error instanceof EventBusError)) throw error;
    onNotice(
      `nobody is told that run ${run.runId} was ${run.status}; it goes on: ${error.message}`,
    );
  }
}

const clearedByHand = "its in-flight batches were cleared by hand";

/** `cause`: what the execution's history says of it. */
export async function stopExecution(
  stage: Pick<OpenStage, "executions" | "stateMachineArn">,
  execution: string,
  cause: string,
): Promise<void> {
  const arn = executionArn(stage.stateMachineArn, execution);
  await stage.executions.send(new StopExecutionCommand({ executionArn: arn, cause }));
}
