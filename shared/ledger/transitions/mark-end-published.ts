import { changed, type Decision, unchanged } from "../decision.ts";
import type { Run } from "../run.ts";

export type MarkAnswer = "told" | "superseded";

/** The end that an execution brought to its run is told; a run that was resumed ends again. */
export function markEndPublished(run: Run, execution: string): Decision<MarkAnswer> {
  if (run.execution !== execution) return unchanged("superseded");
  return run.endTold === execution
    ? unchanged("told")
    : changed({ ...run, endTold: execution }, "told");
}
