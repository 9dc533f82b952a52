import { QuotaError } from "../quota/quota-error.ts";
import { RowStoreError } from "../rows/row-store-error.ts";

/**
 * A store of ours is away: the unit is not to blame. Its batch waits in the queue and comes back,
 * for as long as it takes, without costing an attempt.
 */
export function isOutage(error: unknown): error is Error {
  if (error instanceof QuotaError) return error.code === "store-failed";
  if (error instanceof RowStoreError) {
    return error.code === "unavailable" || error.code === "contention";
  }
  return false;
}

/** How long a batch waits for a store that is away; `random` in [0, 1) spreads the returns. */
export function outageWaitMs(random: number): number {
  return Math.round(10_000 + 5_000 * random);
}
