import type { Clock } from "../lib/clock.ts";
import { RowStoreError } from "./row-store-error.ts";

/**
 * Does work that needs the row store, again and again while that does not answer, for at most
 * `timeoutMs`; then the last error is thrown. Other faults are thrown at once.
 */
export async function untilAvailable<T>(
  work: () => Promise<T>,
  clock: Clock,
  timeoutMs: number,
): Promise<T> {
  const endMs = clock.nowMs() + timeoutMs;
  for (let waitMs = 500; ; waitMs = Math.min(2 * waitMs, 10_000)) {
    try {
      return await work();
    } catch (error) {
      if (!isAway(error) || clock.nowMs() + waitMs > endMs) throw error;
      await clock.sleep(waitMs);
    }
  }
}

function isAway(error: unknown): boolean {
  return error instanceof RowStoreError && error.code === "unavailable";
}
