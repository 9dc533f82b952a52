import { shortened } from "../../request/run-limits.ts";
import { changed, type Decision, unchanged } from "../decision.ts";
import { inFlightCount, isEnded, type Run } from "../run.ts";
import { releaseHolds } from "./release-holds.ts";

export type HaltAnswer = "halting" | "already-ended";

/**
 * No new request starts; what is committed stays; the run can be resumed. Batches that were sent
 * and not taken go back at once; takes have until their lease runs out to put theirs back.
 */
export function haltRun(
  run: Run,
  input: { readonly reason: string; readonly endsAs: "halted" | "failed" },
  nowMs: number,
): Decision<HaltAnswer> {
  if (isEnded(run.status)) return unchanged("already-ended");
  if (run.status === "halting") return unchanged("halting");
  const sent = Object.entries(run.inFlight)
    .filter(([, hold]) => hold.token === 0)
    .map(([batchId]) => batchId);
  const halting: Run = {
    ...releaseHolds(run, sent),
    status: "halting",
    reason: shortened(input.reason),
    haltsAs: input.endsAs,
    haltedAtMs: nowMs,
    waitingUntilMs: null,
    updatedAtMs: nowMs,
  };
  return changed(settleHalt(halting, nowMs), "halting");
}

/** halting -> halted or failed, when nothing is in flight any more; else the same run. */
export function settleHalt(run: Run, nowMs: number): Run {
  if (run.status !== "halting" || inFlightCount(run) > 0) return run;
  return endRun(run, run.haltsAs ?? "halted", nowMs);
}

/** Ends a run's working time and sets its last status. */
export function endRun(run: Run, status: Run["status"], endedAtMs: number): Run {
  const stretchMs = run.activeSinceMs === null ? 0 : Math.max(endedAtMs - run.activeSinceMs, 0);
  return {
    ...run,
    status,
    haltsAs: null,
    waitingUntilMs: null,
    endedAtMs,
    activeMs: run.activeMs + stretchMs,
    activeSinceMs: null,
    updatedAtMs: endedAtMs,
  };
}
