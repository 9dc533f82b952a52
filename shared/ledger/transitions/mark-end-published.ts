import { changed, type Decision, unchanged } from "../decision.ts";
import type { Run } from "../run.ts";

export type MarkAnswer = "published" | "superseded";

/** Records that the run's end in this execution is published. A run that was resumed ends again. */
export function markEndPublished(run: Run, execution: string): Decision<MarkAnswer> {
  if (run.execution !== execution) return unchanged("superseded");
  return run.endTold === execution
    ? unchanged("published")
    : changed({ ...run, endTold: execution }, "published");
}
