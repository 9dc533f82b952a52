import { EventBusError } from "../events/event-bus.ts";
import type { Clock } from "../lib/clock.ts";
import { QuotaError } from "../quota/quota.ts";
import { RowStoreError } from "../rows/row-store-error.ts";

/**
 * A store of ours is away, or the event bus: the unit is not to blame. Its batch waits in the queue
 * and comes back, for as long as it takes, without costing an attempt.
 */
export function isOutage(error: unknown): error is Error {
  if (error instanceof EventBusError) return true;
  if (error instanceof QuotaError) return error.code === "store-failed";
  if (error instanceof RowStoreError) {
    return error.code === "unavailable" || error.code === "contention";
  }
  return false;
}

/** A batch waits 10 to 15 s for what is away; the spread keeps the returns apart. */
export function deferredByOutage(outage: Error, clock: Clock) {
  const untilMs = clock.nowMs() + Math.round(10_000 + 5_000 * clock.random());
  return { kind: "deferred", untilMs, reason: outage.message, outage: true } as const;
}
