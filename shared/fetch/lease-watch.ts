import type { Ledger } from "../ledger/ledger.ts";
import { leaseMs } from "../ledger/run.ts";
import { renewLease } from "../ledger/transitions/renew-lease.ts";
import type { Clock } from "./clock.ts";

/** Why a take must stop before its batch is worked. */
export type StopReason = "halting" | "lost";

const watchMs = 800;

/**
 * Renews a take's lease and learns of a halt within a second, until `ended` aborts. Aborts `stop`
 * with the reason; a ledger that does not answer is borne until the lease runs out.
 */
export async function watchLease(
  ledger: Ledger,
  take: { readonly runId: string; readonly batchId: string; readonly token: number },
  clock: Clock,
  stop: AbortController,
  ended: AbortSignal,
): Promise<void> {
  let goodUntilMs = clock.nowMs() + leaseMs;
  while (!ended.aborted && !stop.signal.aborted) {
    await clock.sleep(watchMs, ended);
    if (ended.aborted) return;
    const nowMs = clock.nowMs();
    try {
      const changed = await ledger.changeRun(take.runId, (run) => renewLease(run, take, nowMs));
      if (ended.aborted) return;
      if (changed?.answer === "renewed") {
        goodUntilMs = changed.run.inFlight[take.batchId]?.untilMs ?? goodUntilMs;
      } else {
        stop.abort((changed?.answer ?? "lost") satisfies StopReason);
      }
    } catch {
      if (clock.nowMs() >= goodUntilMs) stop.abort("lost" satisfies StopReason);
    }
  }
}
