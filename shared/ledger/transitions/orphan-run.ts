import { isEnded, type Run } from "../run.ts";
import { changed, type Decision, unchanged } from "./decision.ts";
import { endRun } from "./halt-run.ts";
import { releaseHolds } from "./release-holds.ts";

/**
 * The run's execution is gone: halt it at once, as of its last sign of life. Takes that still live
 * are fenced out by the tokens that the next ones get.
 */
export function orphanRun(run: Run, reason: string): Decision<"halted" | "already-ended"> {
  if (isEnded(run.status)) return unchanged("already-ended");
  const released = releaseHolds(run, Object.keys(run.inFlight));
  return changed({ ...endRun(released, "halted", run.updatedAtMs), reason }, "halted");
}
