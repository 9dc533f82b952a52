import type { Clock } from "../../../shared/lib/clock.ts";
import { createQuota, isApproachDue } from "../../../shared/quota/claim-quota.ts";
import { clockSteppedBack } from "../../../shared/quota/clock-stepped-back.ts";
import type { Quota, QuotaScope } from "../../../shared/quota/quota.ts";
import { scopeKey } from "../../../shared/quota/scopes.ts";
import { decideClaim, emptyWindow, type QuotaWindow } from "../../../shared/quota/window.ts";

/**
 * The limiter of one process, for simulations and tests; several may share `windows`, each with
 * a clock of its own, as workers share a table.
 */
export function createMemoryQuota(
  clock: Pick<Clock, "nowMs">,
  windows: Map<string, QuotaWindow> = new Map(),
): Quota {
  const windowOf = (scope: QuotaScope) => windows.get(scopeKey(scope)) ?? emptyWindow;
  const set = (scope: QuotaScope, window: QuotaWindow) => {
    windows.set(scopeKey(scope), window);
    return window;
  };
  const moved = clockSteppedBack(clock);
  const readMoved = (scope: QuotaScope) => {
    const window = windowOf(scope);
    const next = moved(scope, window);
    return next === null ? window : set(scope, next);
  };
  return createQuota(
    {
      async claim(scope, requests, note) {
        readMoved(scope);
        const decision = decideClaim(windowOf(scope), scope, requests, clock.nowMs());
        if (decision.kind === "denied") return { ...decision, window: windowOf(scope) };
        const { next, validUntilMs } = decision;
        const sharers = note === null ? next.sharers : { ...next.sharers, [note.id]: note.demand };
        return { kind: "granted", validUntilMs, window: set(scope, { ...next, sharers }) };
      },
      async changeStanding(scope, change) {
        const changed = change(windowOf(scope), clock.nowMs());
        return changed === null ? windowOf(scope) : set(scope, changed);
      },
      async publishDemand(account, { id, demand }) {
        const window = windowOf(account);
        set(account, { ...window, sharers: { ...window.sharers, [id]: demand } });
      },
      async markApproached(scope) {
        const window = windowOf(scope);
        if (!isApproachDue(window, clock.nowMs())) return false;
        set(scope, { ...window, approachedAtMs: clock.nowMs() });
        return true;
      },
      async read(scope) {
        return readMoved(scope);
      },
    },
    clock,
  );
}
