import { minuteMs } from "../lib/durations.ts";
import type { QuotaScope } from "./quota.ts";
import type { Refusals } from "./standing.ts";
import { type QuotaWindow, subWindowMs } from "./window.ts";

/**
 * - `stray`: requests sent since the first refusal were answered
 * - `frequent`: most are answered, but too many are refused near the budget: somebody else may use
 *   the same quota
 * - `limit`: Google's limit is reached
 */
export type RefusalVerdict = "stray" | "frequent" | "limit";

/** A row of refusals ends after this time. */
const rowMs = 15_000;

/** In a row, with no more requests granted since the first than were refused. */
const believedInARow = { measured: 2, other: 8 };

/** Of a minute's requests. */
const believed = { count: 20, share: 0.2 };
const frequent = { count: 5, share: 0.03, granted: 200 };

/** A budget below this share of the configured one has been measured by a limit. */
export const leastDoubtedShare = 0.8;

/** The refusals with one more, at `nowMs`; `rolled` has its head there. */
export function countRefusal(
  refusals: Refusals | null,
  rolled: QuotaWindow,
  nowMs: number,
): Refusals {
  const first = { fromMs: nowMs, grantedAtFrom: rolled.headCount, count: 1 };
  if (refusals === null) return { ...first, minute: first };
  const { minute, ...row } = refusals;
  const grown = <T extends typeof first>(each: T, forMs: number) =>
    nowMs - each.fromMs < forMs && nowMs >= each.fromMs
      ? { ...each, count: each.count + 1 }
      : first;
  return { ...grown(row, rowMs), minute: grown(minute, minuteMs) };
}

/** What the refusals say, the newest included; `scope` with what may be granted now. */
export function judgeRefusals(
  refusals: Refusals,
  rolled: QuotaWindow,
  scope: QuotaScope,
  configuredBudget: number,
): RefusalVerdict {
  const { minute } = refusals;
  const isMeasured =
    scope.budget < leastDoubtedShare * configuredBudget && rolled.total >= 0.9 * scope.budget;
  const row = believedInARow[isMeasured ? "measured" : "other"];
  if (refusals.count >= row && refusals.count >= grantedSince(rolled, refusals)) return "limit";
  const granted = grantedSince(rolled, minute);
  if (minute.count >= believed.count && minute.count >= believed.share * granted) return "limit";
  const isNearBudget = rolled.total >= 0.8 * scope.budget;
  const isFrequent = minute.count >= frequent.count && minute.count >= frequent.share * granted;
  return isNearBudget && isFrequent && granted >= frequent.granted ? "frequent" : "stray";
}

function grantedSince(
  rolled: QuotaWindow,
  { fromMs, grantedAtFrom }: Pick<Refusals, "fromMs" | "grantedAtFrom">,
): number {
  const subWindows = rolled.head - Math.floor(fromMs / subWindowMs);
  const earlier = rolled.earlier.slice(0, Math.max(subWindows, 0));
  return earlier.reduce((sum, count) => sum + count, rolled.headCount) - grantedAtFrom;
}
