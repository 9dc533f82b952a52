import { changed, type Decision, unchanged } from "../decision.ts";
import { isEnded, type Run } from "../run.ts";

export type HandOverAnswer =
  /** The execution that works on the run from here on; to be started. */
  | { readonly kind: "handed-over"; readonly successor: string }
  | { readonly kind: "ended" }
  | { readonly kind: "superseded" };

/**
 * An execution whose history is nearly full gives the run to a successor. Asked again, because its
 * answer was lost, it names the same one.
 */
export function handOverRun(
  run: Run,
  input: { readonly execution: string; readonly successor: string },
  nowMs: number,
): Decision<HandOverAnswer> {
  if (isEnded(run.status)) return unchanged({ kind: "ended" });
  if (run.predecessor === input.execution) {
    return unchanged({ kind: "handed-over", successor: run.execution });
  }
  if (run.execution !== input.execution) return unchanged({ kind: "superseded" });
  const { execution: predecessor, successor } = input;
  const handed = { ...run, execution: successor, predecessor, updatedAtMs: nowMs };
  return changed(handed, { kind: "handed-over", successor });
}
