import { shortened } from "../../request/run-limits.ts";
import type { BatchUnit } from "../batch.ts";
import { changed, type Decision, unchanged } from "../decision.ts";
import { isDrained, isEnded, type Run } from "../run.ts";
import { endRun } from "./halt-run.ts";
import { releaseHolds } from "./release-holds.ts";

export type FinishAnswer = "finished" | "superseded";

/**
 * The last transition of an execution. A drained run is complete; one whose execution failed has failed, and
 * what was in flight goes back to the queue (its takes are fenced out by later tokens).
 */
export function finishRun(
  run: Run,
  input: {
    readonly execution: string;
    readonly doneUnits: number;
    readonly failedUnits: number;
    /** One of them, to say in the reason what happened. */
    readonly example?: BatchUnit | undefined;
    readonly failure: string | null;
  },
  nowMs: number,
): Decision<FinishAnswer> {
  // A successor that could not be started works on nothing.
  const handOverFailed = input.failure !== null && run.predecessor === input.execution;
  if (run.execution !== input.execution && !handOverFailed) return unchanged("superseded");
  if (isEnded(run.status)) return unchanged("finished");
  if (input.failure !== null || !isDrained(run)) {
    const reason = shortened(input.failure ?? "the execution ended before the run was drained");
    const released = releaseHolds(run, Object.keys(run.inFlight));
    return changed({ ...endRun(released, "failed", nowMs), reason }, "finished");
  }
  const unaccounted = run.plannedUnits - input.doneUnits - input.failedUnits;
  if (unaccounted !== 0) {
    const reason = `${unaccounted} of ${run.plannedUnits} planned units are unaccounted for: run the same backfill again`;
    return changed({ ...endRun(run, "failed", nowMs), reason }, "finished");
  }
  const status = input.failedUnits > 0 ? "completed_with_failures" : "complete";
  const reason = input.failedUnits > 0 ? failureText(input.failedUnits, input.example) : null;
  return changed({ ...endRun(run, status, nowMs), reason }, "finished");
}

function failureText(failedUnits: number, example: BatchUnit | undefined): string {
  const units = failedUnits === 1 ? "1 unit failed" : `${failedUnits} units failed`;
  if (example === undefined) return units;
  const { report, date, attempts, lastError } = example;
  const tries = attempts === 1 ? "" : ` after ${attempts} attempts`;
  return `${units}, such as ${report} of ${date}${tries}: ${lastError}`;
}
