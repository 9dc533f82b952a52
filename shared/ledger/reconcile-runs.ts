import { releaseProperty } from "./hold-property.ts";
import type { Ledger } from "./ledger.ts";
import { isEnded, type Run } from "./run.ts";
import { orphanRun } from "./transitions/orphan-run.ts";

export type ReconcilePorts = {
  readonly ledger: Ledger;
  /** Whether the run's execution goes on, or may be about to start. */
  isCarried(run: Run): Promise<boolean>;
  /** What the run is halted for, for a person. */
  reason(run: Run): string;
};

/** The newest runs that are looked at. */
const mostRuns = 100;

/**
 * Runs that nobody carries are halted, so that they can be resumed, and their properties let go.
 * One that another execution takes over meanwhile is left to it. The runs that were halted.
 */
export async function reconcileRuns(ports: ReconcilePorts): Promise<readonly string[]> {
  const { ledger } = ports;
  const halted: string[] = [];
  for (const run of await ledger.listRuns(mostRuns)) {
    if (isEnded(run.status) || (await ports.isCarried(run))) continue;
    const input = { execution: run.execution, reason: ports.reason(run) };
    const left = await ledger.changeRun(run.runId, (orphan) => orphanRun(orphan, input));
    if (left?.answer !== "halted") continue;
    await releaseProperty(run, ledger);
    halted.push(run.runId);
  }
  return halted;
}

const startsWithinMs = 60_000;

/** A resumed run, or one that was handed over, is written before its execution starts. */
export function isStarting(run: Run, nowMs: number): boolean {
  return nowMs - run.updatedAtMs < startsWithinMs;
}
