import { hourMs } from "../lib/durations.ts";
import { nextPacificMidnight } from "../request/pacific-date.ts";
import type { QuotaPeriod } from "../search-console/search-console-error.ts";
import { type Lowering, lowered, type RecoveryRule } from "./lowering.ts";
import type { QuotaRefusal, QuotaScope } from "./quota.ts";
import { countRefusal, judgeRefusals, leastDoubtedShare } from "./refusal-doubt.ts";
import { type Closure, closureAt, type Standing, scopeInStanding } from "./standing.ts";
import { closeWindow, type QuotaWindow, rollWindow } from "./window.ts";

/**
 * What Google's refusal makes of the scope it names:
 *
 *   second -> closed for 2 s, the burst halved
 *   minute -> a stray: nothing; near the budget again and again: the budget lowered a little;
 *             the limit: closed for a minute, the budget lowered towards what Google last granted
 *   load   -> closed for 15 minutes; the second time in a row until Pacific midnight
 *   day    -> closed until Pacific midnight
 *
 * Requests that were under way when the scope closed are refused as well: they belong to the same
 * refusal, and only say more exactly how many had been granted.
 */
export function refuseWindow(
  window: QuotaWindow,
  scope: QuotaScope,
  refusal: Pick<QuotaRefusal, "period" | "retryAfterMs">,
  nowMs: number,
  isBelieved = false,
): QuotaWindow {
  const { standing } = window;
  const same = isApplied(standing, refusal.period, nowMs);
  if (refusal.period === "minute" && !same && !isBelieved) {
    const doubted = doubtRefusal(window, scope, refusal.retryAfterMs, nowMs);
    if (doubted !== null) return doubted;
  }
  const closure = closureAfterRefusal(refusal, nowMs, same ? null : standing.loadUntilMs);
  const next: Standing = {
    ...standing,
    version: standing.version + 1,
    budget:
      refusal.period === "minute" ? loweredBudget(window, scope, same, nowMs) : standing.budget,
    burst:
      refusal.period === "second" && !same ? halvedBurst(window, scope, nowMs) : standing.burst,
    refusals: refusal.period === "minute" ? null : standing.refusals,
    loadUntilMs: refusal.period === "load" ? closure.untilMs : standing.loadUntilMs,
  };
  // The same refusal a second time does not close for longer, unless Google asks for it.
  if (same && refusal.retryAfterMs === null) {
    return { ...window, standing: { ...next, loadUntilMs: standing.loadUntilMs } };
  }
  return closeWindow({ ...window, standing: next }, closure);
}

/** The window after a refusal that is not believed; null: Google's limit is reached. */
function doubtRefusal(
  window: QuotaWindow,
  scope: QuotaScope,
  retryAfterMs: number | null,
  nowMs: number,
): QuotaWindow | null {
  const { standing } = window;
  const rolled = rollWindow(window, nowMs);
  const now = scopeInStanding(scope, standing, nowMs);
  const refusals = countRefusal(standing.refusals, rolled, nowMs);
  const verdict = judgeRefusals(refusals, rolled, now, scope.budget);
  if (verdict === "limit") return null;
  const isLoweredLately =
    standing.budget !== null && nowMs - standing.budget.atMs < closureMs.minute;
  const least = Math.ceil(scope.budget * leastDoubtedShare);
  const lower = verdict === "frequent" && !isLoweredLately && now.budget > least;
  const to = Math.max(Math.floor(now.budget * gentleShare), least);
  const budget = lower ? lowered(standing.budget, to, budgetRecovery, nowMs) : standing.budget;
  const next = {
    ...window,
    standing: { ...standing, version: standing.version + 1, refusals, budget },
  };
  if (retryAfterMs === null) return next;
  return closeWindow(next, { untilMs: nowMs + retryAfterMs, reason: askedToWait, period: null });
}

const askedToWait = "Google refused, and asked to wait";

/** What is granted next where requests are refused too often, of what was granted before. */
const gentleShare = 0.9;

/** Whether what the period's limit asks for has been done: another limit may have closed for longer. */
function isApplied(standing: Standing, period: QuotaPeriod, nowMs: number): boolean {
  if (closureAt(standing, nowMs)?.period === period) return true;
  const within = (change: Lowering | null, ms: number) =>
    change !== null && nowMs - change.atMs < ms;
  switch (period) {
    case "second":
      return within(standing.burst, closureMs.second);
    case "minute":
      return standing.refusals === null && within(standing.budget, closureMs.minute);
    case "load":
      return standing.loadUntilMs !== null && standing.loadUntilMs > nowMs;
    case "day":
      return false;
    default:
      return period satisfies never;
  }
}

/**
 * What a property's refusal makes of its account: alone nothing but a note; when a second property
 * meets the same limit while the first one does, the limit is the account's.
 */
export function noteRefusedProperty(
  window: QuotaWindow,
  propertyId: string,
  refusal: Pick<QuotaRefusal, "period">,
  nowMs: number,
): { readonly window: QuotaWindow; readonly second: boolean } {
  const { standing } = window;
  const first = standing.refusedProperty;
  const second =
    first !== null &&
    first.id !== propertyId &&
    first.period === refusal.period &&
    first.untilMs > nowMs;
  const closedUntilMs = closureAfterRefusal({ ...refusal, retryAfterMs: null }, nowMs).untilMs;
  const refusedProperty = {
    id: propertyId,
    period: refusal.period,
    untilMs: Math.max(closedUntilMs, nowMs + leastMemoryMs),
  };
  const next = { ...standing, version: standing.version + 1, refusedProperty };
  return { window: { ...window, standing: next }, second };
}

/** Two properties need not be refused in the same two seconds to be refused for one reason. */
const leastMemoryMs = 60_000;

/** Below this a refusal has another cause than our rate: others use the quota too. */
const leastBudget = 10;

/** The share of what Google granted that is granted next. */
const cautiousShare = 0.95;

const budgetRecovery: RecoveryRule = { firstMs: hourMs, longestMs: 24 * hourMs };
const burstRecovery: RecoveryRule = { firstMs: 600_000, longestMs: 6 * hourMs };

function loweredBudget(
  window: QuotaWindow,
  scope: QuotaScope,
  same: boolean,
  nowMs: number,
): Lowering {
  const { budget } = window.standing;
  // Of the requests counted, one more was refused than was known when the budget was lowered.
  if (same && budget !== null) return { ...budget, to: Math.max(budget.to - 1, leastBudget) };
  const now = scopeInStanding(scope, window.standing, nowMs).budget;
  const refused = (window.standing.refusals?.minute.count ?? 0) + 1;
  const granted = Math.min(rollWindow(window, nowMs).total - refused, now);
  const to = Math.min(Math.max(Math.floor(granted * cautiousShare), leastBudget), now);
  return lowered(budget, to, budgetRecovery, nowMs);
}

function halvedBurst(window: QuotaWindow, scope: QuotaScope, nowMs: number): Lowering {
  const now = scopeInStanding(scope, window.standing, nowMs).burst;
  return lowered(window.standing.burst, Math.max(Math.floor(now / 2), 1), burstRecovery, nowMs);
}

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
