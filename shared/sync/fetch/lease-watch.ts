import type { Ledger } from "../../ledger/ledger.ts";
import { type RenewAnswer, renewLease } from "../../ledger/transitions/renew-lease.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Lease } from "./take.ts";

/** Why a take must stop before its batch is worked. */
export type StopReason = "halting" | "lost";

/** Half the second in which a halt has to be seen: a read may take a while. */
const watchMs = 500;

/**
 * Renews a take's lease and learns of a halt within a second, until `ended` aborts. Aborts `stop`
 * with the reason; a ledger that fails, or does not answer at all, is tolerated until the lease
 * runs out.
 */
export async function watchLease(
  ledger: Ledger,
  take: Lease,
  clock: Clock,
  stop: AbortController,
  ended: AbortSignal,
): Promise<void> {
  let goodUntilMs = take.run.inFlight[take.batchId]?.untilMs ?? clock.nowMs();

  async function renew(): Promise<RenewAnswer | "silent"> {
    try {
      const nowMs = clock.nowMs();
      const changed = await ledger.changeRun(take.run.runId, (run) => renewLease(run, take, nowMs));
      if (changed?.answer === "renewed") {
        goodUntilMs = changed.run.inFlight[take.batchId]?.untilMs ?? goodUntilMs;
      }
      return changed?.answer ?? "lost";
    } catch {
      return "silent";
    }
  }

  async function leaseEnd(until: AbortSignal): Promise<"silent"> {
    await clock.sleep(Math.max(goodUntilMs - clock.nowMs(), watchMs), until);
    return "silent";
  }

  while (!ended.aborted && !stop.signal.aborted) {
    await clock.sleep(watchMs, ended);
    if (ended.aborted) return;
    const answered = new AbortController();
    const answer = await Promise.race([
      renew(),
      leaseEnd(AbortSignal.any([ended, answered.signal])),
    ]);
    answered.abort();
    if (ended.aborted || answer === "renewed") continue;
    if (answer !== "silent") stop.abort(answer satisfies StopReason);
    else if (clock.nowMs() >= goodUntilMs) stop.abort("lost" satisfies StopReason);
  }
}
