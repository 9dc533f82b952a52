import { type Demands, demandsAt, noDemands } from "./account-sharing.ts";
import { type QuotaDenial, QuotaError, type QuotaScope, type ScopeUsage } from "./quota.ts";
import {
  type Closure,
  closureAt,
  goodStanding,
  type Standing,
  scopeInStanding,
} from "./standing.ts";

/**
 * A scope's sliding window: grants counted in sub-windows of a second. It has one state and moves
 * forward only:
 *
 *   head h --claim granted, clock in h or behind it--> head h, more counted
 *   head h --claim granted, clock past h--> head at the clock, what left the window forgotten
 *   any    --close, refuse--> the same counts; claims denied until the closure ends by itself
 *
 * A denied claim changes nothing.
 */
export type QuotaWindow = {
  /** The newest sub-window that a claim was granted in (epoch seconds). */
  readonly head: number;
  readonly headCount: number;
  /** Counts before the head, newest first: `earlier[k]` is sub-window `head - 1 - k`. */
  readonly earlier: readonly number[];
  /** `headCount` and `earlier` together. */
  readonly total: number;
  readonly standing: Standing;
  /** Of an account: the properties that share it. */
  readonly sharers: Demands;
  /** When the window was last said to approach its limit (epoch ms). */
  readonly approachedAtMs: number | null;
};

export const subWindowMs = 1_000;

/** A request is sent within this time of its claim's decision, or claimed anew. */
export const grantValidityMs = 1_000;

/** Clocks of workers lie within this of each other; one that steps back stays within it. */
export const clockDifferenceMs = 1_000;

/** Google's minute, which may be a rolling one. */
const rollingMs = 60_000;

/**
 * How many sub-windows the total covers: 63, so that requests *arriving* in any rolling minute
 * were all in the total when the last of them was granted. Let two of them be sent `rollingMs`
 * apart at most. The earlier was claimed up to `grantValidityMs` before it was sent, by a clock
 * up to `clockDifferenceMs` behind the one that moved the head by the time of the later grant.
 * So their claims' instants, and thus the starts of their sub-windows, are at most 62 s apart,
 * and 62 s span 63 sub-windows, the head included. With 62 a minute could hold too many.
 * Differences in the time two requests travel are not in it: send early in the second.
 */
export const subWindowsCovered =
  (rollingMs + grantValidityMs + clockDifferenceMs) / subWindowMs + 1;

/** A window that nobody has claimed in: its head lies before every sub-window. */
export const emptyWindow: QuotaWindow = {
  head: -1,
  headCount: 0,
  earlier: [],
  total: 0,
  standing: goodStanding,
  sharers: noDemands,
  approachedAtMs: null,
};

/** `next` is the window with the claim counted; the request is good before `validUntilMs`. */
export type WindowGrant = {
  readonly kind: "granted";
  readonly next: QuotaWindow;
  readonly validUntilMs: number;
};

export function subWindowAt(utcInstantMs: number): number {
  return Math.floor(utcInstantMs / subWindowMs);
}

/** The window with its head at `nowMs`; unchanged when the head is there already or ahead. */
export function rollWindow(window: QuotaWindow, nowMs: number): QuotaWindow {
  const steps = subWindowAt(nowMs) - window.head;
  if (steps <= 0) return window;
  const kept = subWindowsCovered - 1;
  const skipped = new Array<number>(Math.min(steps - 1, kept)).fill(0);
  const earlier = [...skipped, window.headCount, ...window.earlier].slice(0, kept);
  while (earlier.at(-1) === 0) earlier.pop();
  const head = window.head + steps;
  return {
    ...window,
    head,
    headCount: 0,
    earlier,
    total: earlier.reduce((sum, count) => sum + count, 0),
    sharers: demandsAt(window.sharers, head),
  };
}

/** Whether the head is further in the future than clocks differ: the clock has stepped back. */
export function isAhead(window: QuotaWindow, nowMs: number): boolean {
  return (window.head - 1) * subWindowMs > nowMs + clockDifferenceMs;
}

/**
 * Decides a claim of `requests` at the claimer's instant `nowMs`. A clock behind the head claims
 * in the head: its grants are then remembered longer than need be, never shorter.
 * Throws QuotaError `invalid-claim` for a claim that no window could ever grant.
 */
export function decideClaim(
  window: QuotaWindow,
  scope: QuotaScope,
  requests: number,
  nowMs: number,
): WindowGrant | QuotaDenial {
  requireGrantable(scope, requests);
  const rolled = rollWindow(window, nowMs);
  const closure = closureAt(rolled.standing, nowMs);
  const { budget, burst } = scopeInStanding(scope, rolled.standing, nowMs);
  const overBudget = rolled.total > budget - requests;
  const overBurst = rolled.headCount > burst - requests;
  if (closure === null && !overBudget && !overBurst) {
    return {
      kind: "granted",
      next: {
        ...rolled,
        headCount: rolled.headCount + requests,
        total: rolled.total + requests,
      },
      validUntilMs: nowMs + grantValidityMs,
    };
  }
  const aheadRetryAtMs = isAhead(window, nowMs) ? nowMs + subWindowMs : Number.POSITIVE_INFINITY;
  const room = Math.max(
    overBudget ? budgetFreeAtMs(rolled, budget - requests) : 0,
    overBurst ? (rolled.head + 1) * subWindowMs : 0,
  );
  return {
    kind: "denied",
    scope: scope.kind,
    cause: closure !== null ? "closed" : overBudget ? "budget" : "burst",
    retryAtMs: Math.min(Math.max(room, closure?.untilMs ?? 0), aheadRetryAtMs),
    reason: closure?.reason ?? null,
  };
}

/** Denies every claim before `untilMs`; a closure that lasts as long already stays as it is. */
export function closeWindow(window: QuotaWindow, closure: Closure): QuotaWindow {
  const { standing } = window;
  if (standing.closure !== null && standing.closure.untilMs >= closure.untilMs) return window;
  return { ...window, standing: { ...standing, version: standing.version + 1, closure } };
}

/** What the window says at `nowMs`; a closure that has ended is none. */
export function scopeUsage(window: QuotaWindow, scope: QuotaScope, nowMs: number): ScopeUsage {
  const closure = closureAt(window.standing, nowMs);
  return {
    scope: scope.kind,
    id: scope.id,
    used: rollWindow(window, nowMs).total,
    budget: scopeInStanding(scope, window.standing, nowMs).budget,
    limit: scope.limit,
    closedUntilMs: closure?.untilMs ?? null,
    reason: closure?.reason ?? null,
  };
}

/** Throws QuotaError `invalid-claim` unless an empty window would grant `requests`. */
export function requireGrantable(scope: QuotaScope, requests: number): void {
  const most = Math.min(scope.budget, scope.burst);
  if (Number.isSafeInteger(requests) && requests >= 1 && requests <= most) return;
  throw new QuotaError(
    `a claim in ${scope.kind} ${scope.id} is for 1 to ${most} requests, not ${requests}`,
    { code: "invalid-claim" },
  );
}

/** The instant at which so many sub-windows have fallen out that `room` or fewer are counted. */
function budgetFreeAtMs(window: QuotaWindow, room: number): number {
  const oldestFirst = [window.headCount, ...window.earlier].reverse();
  let subWindow = window.head - window.earlier.length;
  let left = window.total;
  for (const count of oldestFirst) {
    left -= count;
    if (left <= room) break;
    subWindow += 1;
  }
  return (subWindow + subWindowsCovered) * subWindowMs;
}
