import { StopExecutionCommand } from "@aws-sdk/client-sfn";
import { Command } from "commander";
import { lockProperty, PropertyBusyError } from "../../shared/ledger/hold-property.ts";
import { isEnded, type Run } from "../../shared/ledger/run.ts";
import { tellEnd } from "../../shared/ledger/tell-end.ts";
import { orphanRun } from "../../shared/ledger/transitions/orphan-run.ts";
import { resumeRun } from "../../shared/ledger/transitions/resume-run.ts";
import { CommandError } from "../command-error.ts";
import { commandTerminal } from "../command-terminal.ts";
import { executionArn } from "../execution-arn.ts";
import { isExecutionRunning } from "../execution-status.ts";
import { exitCodeOf } from "../exit-code.ts";
import { followDelivering } from "../follow-delivering.ts";
import { type OpenStage, openStage } from "../open-stage.ts";
import { jsonOption, onCompleteOption, refuseHomeOnly, stageOption } from "../options.ts";
import { requireRunState } from "../run-snapshot.ts";
import { refuseOtherServer, startRun } from "../start-run.ts";
import { summaryText } from "../views/summary-view.ts";

type ResumeOptions = {
  readonly stage: string;
  readonly clearInFlight: boolean;
  readonly sequential: boolean;
  readonly onComplete?: string;
  readonly json: boolean;
};

/** `gsc-sync resume RUN`: goes on with a run and follows it to its end. */
export function resumeCommand(): Command {
  return new Command("resume")
    .description("go on with a halted, failed or abandoned run, and follow it to its end")
    .argument("<run>", "the run's id")
    .option("--clear-in-flight", "take it away from whoever carries it now", false)
    .option("--sequential", "one worker, one request at a time, from here on", false)
    .addOption(onCompleteOption())
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (runId: string, options: ResumeOptions) => {
      refuseHomeOnly(options);
      const terminal = commandTerminal(options.json);
      const stage = await openStage(options.stage, terminal.notice);
      try {
        const { run } = await requireRunState(stage.ledger, runId);
        const execution = await carry(stage, run, options);
        const { summary, delivered } = await followDelivering(
          stage,
          { runId, execution },
          terminal,
          { command: options.onComplete },
        );
        terminal.result(summaryText(summary, terminal), summary);
        process.exitCode = delivered ? exitCodeOf(summary) : 1;
      } finally {
        await stage.close();
      }
    });
}

/** The execution that carries the run from here on: a live one, or a new one. */
async function carry(stage: OpenStage, run: Run, options: ResumeOptions): Promise<string> {
  const { ledger } = stage;
  if (!isEnded(run.status)) {
    const alive = await isExecutionRunning(stage, run.execution);
    if (alive && !options.clearInFlight) return run.execution;
    if (alive) await stopExecution(stage, run.execution);
    await ledger.changeRun(run.runId, (orphan) =>
      orphanRun(orphan, {
        execution: run.execution,
        reason: "its in-flight batches were cleared by hand",
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

async function stopExecution(stage: OpenStage, execution: string): Promise<void> {
  await stage.executions.send(
    new StopExecutionCommand({
      executionArn: executionArn(stage.stateMachineArn, execution),
      cause: "its in-flight batches were cleared by hand",
    }),
  );
}
