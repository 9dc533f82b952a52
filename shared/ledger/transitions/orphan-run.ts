import { shortened } from "../../request/run-limits.ts";
import { changed, type Decision, unchanged } from "../decision.ts";
import { isEnded, type Run } from "../run.ts";
import { endRun } from "./halt-run.ts";
import { releaseHolds } from "./release-holds.ts";

export type OrphanAnswer =
  | "halted"
  | "already-ended"
  /** Another execution works on it by now. */
  | "superseded";

/**
 * The run's execution is gone: halt it at once, as of its last sign of life. Takes that still live
 * are fenced out by the tokens that the next ones get.
 */
export function orphanRun(
  run: Run,
  input: { readonly execution: string; readonly reason: string },
): Decision<OrphanAnswer> {
  if (isEnded(run.status)) return unchanged("already-ended");
  if (run.execution !== input.execution) return unchanged("superseded");
  const reason = shortened(input.reason);
  const released = releaseHolds(run, Object.keys(run.inFlight));
  return changed({ ...endRun(released, "halted", run.updatedAtMs), reason }, "halted");
}
