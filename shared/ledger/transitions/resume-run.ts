import { changed, type Decision, unchanged } from "../decision.ts";
import { outageOver } from "../outage-since.ts";
import { isEnded, type Run } from "../run.ts";
import { releaseHolds } from "./release-holds.ts";

export type ResumeAnswer = "resumed" | "still-going" | "already-complete";

/** Goes on with a halted or failed run in another execution; its batches are as they were left. */
export function resumeRun(
  run: Run,
  input: { readonly execution: string; readonly sequential: boolean },
  nowMs: number,
): Decision<ResumeAnswer> {
  if (run.status === "complete" || run.status === "completed_with_failures") {
    return unchanged("already-complete");
  }
  if (!isEnded(run.status)) return unchanged("still-going");
  const neverStarted = run.activeMs === 0 && run.batches === 0;
  const { ringMs: _ofAnotherDay, ...left } = releaseHolds(
    outageOver(run),
    Object.keys(run.inFlight),
  );
  return changed(
    {
      ...left,
      status: neverStarted ? "planned" : "running",
      reason: null,
      haltsAs: null,
      haltedAtMs: null,
      endedAtMs: null,
      execution: input.execution,
      predecessor: null,
      endTold: null,
      concurrency: input.sequential ? 1 : run.concurrency,
      activeSinceMs: neverStarted ? null : nowMs,
      updatedAtMs: nowMs,
    },
    "resumed",
  );
}
