import { nextPacificMidnight } from "../request/pacific-date.ts";
import type { QuotaPeriod } from "../search-console/search-console-error.ts";
import type { QuotaRefusal } from "./quota.ts";
import type { Closure } from "./standing.ts";

/**
 * The closure that follows from Google's refusal at `nowMs`; a longer Retry-After wins. A load
 * refusal soon after the last load closure (`loadUntilMs`) means that the long-term load quota is
 * used up, which counts in days.
 */
export function closureAfterRefusal(
  refusal: Pick<QuotaRefusal, "period" | "retryAfterMs">,
  nowMs: number,
  loadUntilMs: number | null = null,
): Closure {
  const again = refusal.period === "load" && isInARow(loadUntilMs, nowMs);
  const reopensMs = again ? nextPacificMidnight(nowMs) : reopeningMs(refusal.period, nowMs);
  return {
    untilMs: Math.max(reopensMs, nowMs + (refusal.retryAfterMs ?? 0)),
    reason: again ? longLoadReason : reasons[refusal.period],
    period: refusal.period,
  };
}

const reasons: Record<QuotaPeriod, string> = {
  second: "Google refused: too many requests a second",
  minute: "Google refused: too many requests a minute",
  load: "Google refused: its load quota (10 minutes) is used up",
  day: "Google refused: its quota for the Pacific day is used up",
};

const longLoadReason = "Google refused twice: its long-term load quota is used up for today";

/** How long a refusal of these limits closes a scope when Google names no time. */
export const closureMs = { second: 2_000, minute: 60_000 } as const;

const loadClosureMs = 15 * 60_000;

/** After the end of a load closure a refusal within this time is the second in a row. */
const inARowMs = 15 * 60_000;

function isInARow(loadUntilMs: number | null, nowMs: number): boolean {
  return loadUntilMs !== null && nowMs >= loadUntilMs && nowMs < loadUntilMs + inARowMs;
}

/** The load quota counts in chunks of ten minutes; Google's advice is to wait for 15. */
function reopeningMs(period: QuotaPeriod, nowMs: number): number {
  switch (period) {
    case "second":
      return nowMs + closureMs.second;
    case "minute":
      return nowMs + closureMs.minute;
    case "load":
      return nowMs + loadClosureMs;
    case "day":
      return nextPacificMidnight(nowMs);
    default:
      return period satisfies never;
  }
}
