import type { QuotaPeriod } from "../search-console/search-console-error.ts";
import { type Lowering, lowered, type RecoveryRule } from "./lowering.ts";
import type { QuotaRefusal, QuotaScope } from "./quota.ts";
import { closureAfterRefusal, closureMs } from "./refusal-closure.ts";
import { closureAt, type Standing, scopeInStanding } from "./standing.ts";
import { closeWindow, type QuotaWindow, rollWindow } from "./window.ts";

/**
 * What Google's refusal makes of the scope it names:
 *
 *   second -> closed for 2 s, the burst halved
 *   minute -> closed for a minute, the budget lowered towards what Google last granted
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
): QuotaWindow {
  const { standing } = window;
  const same = isHeardAlready(standing, refusal.period, nowMs);
  const closure = closureAfterRefusal(refusal, nowMs, same ? null : standing.loadUntilMs);
  const next: Standing = {
    ...standing,
    version: standing.version + 1,
    budget:
      refusal.period === "minute" ? loweredBudget(window, scope, same, nowMs) : standing.budget,
    burst:
      refusal.period === "second" && !same ? halvedBurst(window, scope, nowMs) : standing.burst,
    loadUntilMs: refusal.period === "load" ? closure.untilMs : standing.loadUntilMs,
  };
  // The same refusal heard twice does not close for longer, unless Google asks for it.
  if (same && refusal.retryAfterMs === null) {
    return { ...window, standing: { ...next, loadUntilMs: standing.loadUntilMs } };
  }
  return closeWindow({ ...window, standing: next }, closure);
}

/** Whether what the period's limit asks for has been done: another limit may have closed for longer. */
function isHeardAlready(standing: Standing, period: QuotaPeriod, nowMs: number): boolean {
  if (closureAt(standing, nowMs)?.period === period) return true;
  const within = (change: Lowering | null, ms: number) =>
    change !== null && nowMs - change.atMs < ms;
  switch (period) {
    case "second":
      return within(standing.burst, closureMs.second);
    case "minute":
      return within(standing.budget, closureMs.minute);
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

const budgetRecovery: RecoveryRule = { firstMs: 3_600_000, longestMs: 24 * 3_600_000 };
const burstRecovery: RecoveryRule = { firstMs: 600_000, longestMs: 6 * 3_600_000 };

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
  const granted = Math.min(rollWindow(window, nowMs).total - 1, now);
  const to = Math.min(Math.max(Math.floor(granted * cautiousShare), leastBudget), now);
  return lowered(budget, to, budgetRecovery, nowMs);
}

function halvedBurst(window: QuotaWindow, scope: QuotaScope, nowMs: number): Lowering {
  const now = scopeInStanding(scope, window.standing, nowMs).burst;
  return lowered(window.standing.burst, Math.max(Math.floor(now / 2), 1), burstRecovery, nowMs);
}
