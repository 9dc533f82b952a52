import { EventBusError } from "../../events/event-bus.ts";
import { lockProperty } from "../../ledger/property-lock.ts";
import { isEnded, type Run } from "../../ledger/run.ts";
import { orphanRun } from "../../ledger/transitions/orphan-run.ts";
import { resumeRun as resumeTransition } from "../../ledger/transitions/resume-run.ts";
import type { RunPorts } from "./check-execution.ts";
import { isExecutionRunning } from "./executions.ts";
import { publishRunEnd } from "./publish-run-end.ts";

export type ResumePorts = RunPorts & {
  /** Throws when this command must not start an execution. */
  readonly checkStart: () => void;
  readonly nowMs: () => number;
  /** One line for a person. */
  readonly onNotice: (notice: string) => void;
};

/**
 * Goes on with a run. Returns the name of the execution that works on it from here on: the present
 * one while it is alive, or a new one. An event bus that does not answer keeps no run from going on.
 * @throws PropertyBusyError
 */
export async function resumeRun(
  run: Run,
  options: { readonly clearInFlight: boolean; readonly sequential: boolean },
  ports: ResumePorts,
): Promise<string> {
  const { ledger, executions } = ports;
  if (!isEnded(run.status)) {
    const alive = await isExecutionRunning(executions, run.execution);
    if (alive && !options.clearInFlight) return run.execution;
    if (alive) await executions.stop(run.execution, clearedByHand);
    await ledger.changeRun(run.runId, (orphan) =>
      orphanRun(orphan, {
        execution: run.execution,
        reason: options.clearInFlight ? clearedByHand : "its execution had ended",
      }),
    );
  }
  if (run.status === "complete" || run.status === "completed_with_failures") return run.execution;

  ports.checkStart();
  await lockProperty(run, ledger, ports.nowMs());
  // An older execution may be asleep. When it wakes, it finds that the run has a newer one.
  const left = await ledger.readRun(run.runId);
  if (left !== undefined) await tryPublishingEnd(left, ports);
  const execution = `${run.runId}-${ports.nowMs().toString(36)}`;
  await ledger.changeRun(run.runId, (ended) =>
    resumeTransition(ended, { execution, sequential: options.sequential }, ports.nowMs()),
  );
  await executions.start(execution, { runId: run.runId });
  return execution;
}

/** An end that cannot be published here is not published later: the next end has its own event. */
async function tryPublishingEnd(run: Run, ports: ResumePorts): Promise<void> {
  try {
    await publishRunEnd(run, { ledger: ports.ledger, eventBus: await ports.eventBus() });
  } catch (error) {
    if (!(error instanceof EventBusError)) throw error;
    ports.onNotice(
      `no event was sent for run ${run.runId}, which was ${run.status}; the run goes on: ${error.message}`,
    );
  }
}

const clearedByHand = "its in-flight batches were cleared by hand";
