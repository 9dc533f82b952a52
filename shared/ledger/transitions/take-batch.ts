import { changed, type Decision, unchanged } from "../decision.ts";
import { leaseMs, type Run } from "../run.ts";
import { afterAnswer } from "../send-lease.ts";

export type TakeAnswer =
  | "taken"
  /** Not sent, settled, or held by a live take: the message was an extra one. */
  | "nothing-to-take"
  /** A newer take has had the batch: with a token drawn now it may be taken. */
  | "stale-token"
  /** The run starts nothing more. */
  | "stopped";

/** A worker answers a send. Its token must be newer than any before. */
export function takeBatch(
  run: Run,
  take: { readonly batchId: string; readonly token: number },
  nowMs: number,
): Decision<TakeAnswer> {
  if (run.status !== "running") return unchanged("stopped");
  const hold = run.inFlight[take.batchId];
  if (hold === undefined) return unchanged("nothing-to-take");
  // Its own write, decided again because the answer to it was lost.
  if (hold.token === take.token) return unchanged("taken");
  if (take.token <= (hold.after ?? 0)) return unchanged("stale-token");
  if (hold.token > take.token) return unchanged("nothing-to-take");
  const heldByLiveTake = hold.token > 0 && hold.untilMs > nowMs;
  if (heldByLiveTake) return unchanged("nothing-to-take");
  const inFlight = {
    ...run.inFlight,
    [take.batchId]: { token: take.token, untilMs: nowMs + leaseMs },
  };
  const answered = hold.token === 0 ? afterAnswer(run) : run;
  return changed({ ...answered, inFlight, updatedAtMs: nowMs }, "taken");
}
