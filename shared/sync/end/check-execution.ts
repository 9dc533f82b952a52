import type { EventBus } from "../../events/event-bus.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { Run } from "../../ledger/run.ts";
import { orphanRun } from "../../ledger/transitions/orphan-run.ts";
import { failureText } from "./close-run.ts";
import type { Executions } from "./executions.ts";
import { publishRunEnd } from "./publish-run-end.ts";
import { isStarting } from "./reconcile-runs.ts";

/** An execution ended before its run was planned. The message is the execution's own reason. */
export class ExecutionFailedError extends Error {
  readonly code = "EXECUTION_FAILED";

  constructor(reason: string) {
    super(reason);
    this.name = "ExecutionFailedError";
  }
}

export type RunPorts = {
  readonly ledger: Ledger;
  readonly executions: Executions;
  /** Opened when it is needed. */
  eventBus(): Promise<EventBus>;
};

/**
 * Halts a run whose execution ended without finishing it, and publishes the run's end.
 * @throws ExecutionFailedError: the execution ended before there was a run
 */
export async function checkExecution(
  started: { readonly runId: string; readonly execution: string },
  run: Run | undefined,
  { ledger, executions, eventBus }: RunPorts,
  nowMs: number,
): Promise<void> {
  const current = run?.execution ?? started.execution;
  const execution = await executions.describe(current);
  if (execution === undefined && run !== undefined) {
    if (isStarting(run, nowMs)) return;
    // The predecessor may still be trying to start the successor that it has named.
    const before = run.predecessor && (await executions.describe(run.predecessor));
    if (before && before.status === "RUNNING") return;
  }
  const { status, error = "", cause = "" } = execution ?? { status: "never started" };
  if (status === "RUNNING" || status === "SUCCEEDED") return;
  const reason =
    error || cause ? failureText({ Error: error, Cause: cause }) : `its execution was ${status}`;
  const changed = await ledger.changeRun(started.runId, (orphan) =>
    orphanRun(orphan, { execution: current, reason }),
  );
  if (changed === undefined) throw new ExecutionFailedError(reason);
  await publishRunEnd(changed.run, { ledger, eventBus: await eventBus() });
}
