import { changed, type Decision, unchanged } from "../decision.ts";
import { leaseMs, type Run } from "../run.ts";

export type RenewAnswer = "renewed" | "halting" | "lost";

/** Keeps a take alive; says when it must stop. Writes only in the last two thirds of the lease. */
export function renewLease(
  run: Run,
  take: { readonly batchId: string; readonly token: number },
  nowMs: number,
): Decision<RenewAnswer> {
  const hold = run.inFlight[take.batchId];
  if (hold?.token !== take.token) return unchanged("lost");
  if (run.status !== "running") return unchanged("halting");
  if (hold.untilMs - nowMs > (leaseMs * 2) / 3) return unchanged("renewed");
  const inFlight = {
    ...run.inFlight,
    [take.batchId]: { token: take.token, untilMs: nowMs + leaseMs },
  };
  return changed({ ...run, inFlight, updatedAtMs: nowMs }, "renewed");
}
