import { changed, type Decision, unchanged } from "../decision.ts";
import type { Run } from "../run.ts";

/**
 * planned -> running, once its batch items are written. A run that is past that, or that another
 * execution works on by now, stays as it is.
 */
export function startRun(
  run: Run,
  plan: {
    readonly batches: number;
    readonly plannedUnits: number;
    readonly skippedUnits: number;
  },
  execution: string,
  nowMs: number,
): Decision<"started" | "already-started"> {
  if (run.status !== "planned" || run.execution !== execution) return unchanged("already-started");
  return changed(
    { ...run, ...plan, status: "running", activeSinceMs: nowMs, updatedAtMs: nowMs },
    "started",
  );
}
