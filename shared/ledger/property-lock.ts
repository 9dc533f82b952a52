import type { PacificDate } from "../plan/pacific-date.ts";

/** The runs that may write a property's units now. */
export type PropertyLock = { readonly holders: Readonly<Record<string, LockHolder>> };

export type LockHolder = {
  readonly from: PacificDate;
  readonly to: PacificDate;
  readonly untilMs: number;
};

export type LockDecision =
  | { readonly kind: "changed"; readonly lock: PropertyLock }
  | { readonly kind: "held"; readonly by: string };

/** A holder that does not renew for this long has let go. */
export const lockMs = 15 * 60_000;

/** One run a property at a time; acquiring one's own lock renews it. */
export function acquireLock(
  lock: PropertyLock,
  run: { readonly runId: string; readonly from: PacificDate; readonly to: PacificDate },
  untilMs: number,
  nowMs: number,
): LockDecision {
  const live = Object.entries(lock.holders).filter(([, holder]) => holder.untilMs > nowMs);
  const other = live.find(([runId]) => runId !== run.runId);
  if (other !== undefined) return { kind: "held", by: other[0] };
  return {
    kind: "changed",
    lock: { holders: { [run.runId]: { from: run.from, to: run.to, untilMs } } },
  };
}

export function releaseLock(lock: PropertyLock, runId: string): PropertyLock {
  const { [runId]: _released, ...holders } = lock.holders;
  return { holders };
}
