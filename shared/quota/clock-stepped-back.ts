import type { Clock } from "../lib/clock.ts";
import type { Lowering } from "./lowering.ts";
import type { QuotaScope } from "./quota.ts";
import { scopeKey } from "./scopes.ts";
import { isAhead, type QuotaWindow, subWindowAt, subWindowMs } from "./window.ts";

/** No claim of a clock that has not yet stepped back takes longer than this. */
const quietMs = 2_500;

/**
 * Finds windows that were left in the future when the workers' clock stepped back. A window that is
 * ahead of the clock, and has not changed for `quietMs`, is moved to the clock with all its counts:
 * its newest request was sent before now, so each count is forgotten a little later than it might
 * be, never earlier. What was to last until an instant of the old clock ends as much earlier.
 */
export function clockSteppedBack(clock: Pick<Clock, "nowMs">) {
  const watched = new Map<string, { head: number; total: number; sinceMs: number }>();

  /** The window as it should stand; null when it need not, or not yet, be moved. */
  return function moved(scope: QuotaScope, window: QuotaWindow): QuotaWindow | null {
    const nowMs = clock.nowMs();
    const key = scopeKey(scope);
    if (!isAhead(window, nowMs)) {
      watched.delete(key);
      return null;
    }
    const { head, total } = window;
    const seen = watched.get(key);
    const same = seen?.head === head && seen.total === total && seen.sinceMs <= nowMs;
    if (!same) watched.set(key, { head, total, sinceMs: nowMs });
    if (!same || nowMs - seen.sinceMs < quietMs) return null;
    watched.delete(key);
    return moveTo(window, nowMs);
  };
}

function moveTo(window: QuotaWindow, nowMs: number): QuotaWindow {
  const head = subWindowAt(nowMs);
  const stepMs = (window.head - head) * subWindowMs;
  const { standing } = window;
  const { closure } = standing;
  const earlier = (lowering: Lowering | null) =>
    lowering && { ...lowering, atMs: Math.min(lowering.atMs, nowMs) };
  return {
    ...window,
    head,
    approachedAtMs: null,
    sharers: {},
    standing: {
      ...standing,
      version: standing.version + 1,
      closure:
        closure === null || closure.period === "day"
          ? closure
          : { ...closure, untilMs: closure.untilMs - stepMs },
      budget: earlier(standing.budget),
      burst: earlier(standing.burst),
      loadUntilMs: standing.loadUntilMs && standing.loadUntilMs - stepMs,
      refusedProperty: null,
      refusals: null,
    },
  };
}
