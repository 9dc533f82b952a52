import { isEnded, isEndPublished, type Run } from "../../ledger/run.ts";
import { haltLostRun, type LostRunPorts } from "./lost-run.ts";
import { type PublishPorts, publishRunEnd } from "./publish-run-end.ts";

export type ReconcilePorts = LostRunPorts &
  PublishPorts & {
    /** Whether the run's execution goes on, or may be about to start. */
    isWorkedOn(run: Run): Promise<boolean>;
    /** What the run is halted for, for a person. */
    reason(run: Run): string;
  };

/** The newest runs that are looked at; each look costs a read a run. */
const mostRuns = 500;

/**
 * Halts the runs that no execution works on, so that they can be resumed, and releases their
 * properties. A run that another execution takes over meanwhile is left to it. Then publishes the ends
 * that are not published. Returns the runs that were halted.
 * @throws EventBusError
 */
export async function reconcileRuns(ports: ReconcilePorts): Promise<readonly string[]> {
  const halted: string[] = [];
  const unpublished: string[] = [];
  for (const run of await ports.ledger.listRuns(mostRuns)) {
    const isEnd = isEnded(run.status);
    if ((isEnd && isEndPublished(run)) || (await ports.isWorkedOn(run))) continue;
    const { runId, execution } = run;
    unpublished.push(runId);
    if (isEnd) continue;
    const outcome = await haltLostRun({ runId, execution, reason: ports.reason(run) }, ports);
    if (outcome === "halted") halted.push(runId);
  }
  // Last: a bus that is away keeps no run from being halted.
  for (const runId of unpublished) {
    const run = await ports.ledger.readRun(runId);
    if (run !== undefined) await publishRunEnd(run, ports);
  }
  return halted;
}

const startsWithinMs = 60_000;

/** A resumed run, or one that was handed over, is written before its execution starts. */
export function isStarting(run: Run, nowMs: number): boolean {
  return nowMs - run.updatedAtMs < startsWithinMs;
}
