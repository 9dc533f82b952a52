import { nextPacificMidnight } from "../plan/pacific-date.ts";
import type { QuotaPeriod, SearchConsoleFailure } from "../search-console/search-console-error.ts";
import type { ScopeKind } from "./quota.ts";

export type QuotaRefusal = Extract<SearchConsoleFailure, { readonly kind: "quota" }>;

/** What a refusal by Google closes, until when (epoch ms), and why, for people to read. */
export type RefusalClosure = {
  readonly scope: ScopeKind;
  readonly untilMs: number;
  readonly reason: string;
};

/** The closure that follows from Google's refusal at `nowMs`; a longer Retry-After wins. */
export function closureAfterRefusal(refusal: QuotaRefusal, nowMs: number): RefusalClosure {
  return {
    scope: refusal.scope,
    untilMs: Math.max(reopeningMs(refusal.period, nowMs), nowMs + (refusal.retryAfterMs ?? 0)),
    reason: reasons[refusal.period],
  };
}

const reasons: Record<QuotaPeriod, string> = {
  second: "Google refused: too many requests a second",
  minute: "Google refused: too many requests a minute",
  load: "Google refused: its load quota (10 minutes) is used up",
  day: "Google refused: its quota for the Pacific day is used up",
};

/** The load quota counts in chunks of ten minutes; Google's advice is to wait for 15. */
function reopeningMs(period: QuotaPeriod, nowMs: number): number {
  switch (period) {
    case "second":
      return nowMs + 2_000;
    case "minute":
      return nowMs + 60_000;
    case "load":
      return nowMs + 15 * 60_000;
    case "day":
      return nextPacificMidnight(nowMs);
    default:
      return period satisfies never;
  }
}
