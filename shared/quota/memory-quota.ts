import type { Quota, QuotaScope } from "./quota.ts";
import { scopeKey } from "./scopes.ts";
import {
  closeWindow,
  decideClaim,
  emptyWindow,
  grantValidityMs,
  type QuotaWindow,
  requireGrantable,
  scopeUsage,
} from "./window.ts";

/**
 * The limiter of one process, for simulations and tests; several may share `windows`, each with
 * a clock of its own, as workers share a table.
 */
export function createMemoryQuota(
  now: () => number,
  windows: Map<string, QuotaWindow> = new Map(),
): Quota {
  const windowOf = (scope: QuotaScope) => windows.get(scopeKey(scope)) ?? emptyWindow;
  return {
    async claim(scopes, requests) {
      for (const scope of scopes) requireGrantable(scope, requests);
      let validUntilMs = now() + grantValidityMs;
      for (const scope of scopes) {
        const decision = decideClaim(windowOf(scope), scope, requests, now());
        if (decision.kind === "denied") return decision;
        windows.set(scopeKey(scope), decision.next);
        validUntilMs = Math.min(validUntilMs, decision.validUntilMs);
      }
      return { kind: "granted", validUntilMs };
    },
    async close(scope, untilMs, reason) {
      windows.set(scopeKey(scope), closeWindow(windowOf(scope), untilMs, reason));
    },
    async usage(scopes) {
      return scopes.map((scope) => scopeUsage(windowOf(scope), scope, now()));
    },
  };
}
