import type { QuotaScope } from "./quota.ts";
import { scopeKey } from "./scopes.ts";
import { grantValidityMs } from "./window.ts";

/** Grants that a worker holds and has not used yet; each is good until its second is over. */
export type PrefetchedGrants = {
  /** Uses a kept grant: the instant it is good until; undefined when there is none. */
  draw(scope: QuotaScope, requests: number, nowMs: number): number | undefined;
  /** Whether there is such a grant. */
  holds(scope: QuotaScope, requests: number, nowMs: number): boolean;
  /** How many requests to claim at once when `requests` are wanted. */
  sizeOf(scope: QuotaScope, requests: number, nowMs: number): number;
  /** Keeps what was granted and is not wanted now. */
  keep(scope: QuotaScope, requests: number, validUntilMs: number): void;
  /** Forgets what was granted before Google refused. */
  drop(scope: QuotaScope): void;
};

/**
 * Prefetches a small part of what the worker wanted in the second before: what is left of it stays
 * counted for a minute.
 */
export function createPrefetchedGrants(): PrefetchedGrants {
  const kept = new Map<string, { left: number; readonly validUntilMs: number }[]>();
  const wants = new Map<string, Wants>();

  function liveGrants(key: string, nowMs: number) {
    return (kept.get(key) ?? []).filter(
      (grant) =>
        grant.validUntilMs > nowMs + leastLeftMs &&
        // After the clock has stepped back, a grant is older than it says.
        grant.validUntilMs <= nowMs + grantValidityMs &&
        grant.left > 0,
    );
  }

  return {
    holds: (scope, requests, nowMs) =>
      liveGrants(scopeKey(scope), nowMs).some(({ left }) => left >= requests),
    draw(scope, requests, nowMs) {
      const key = scopeKey(scope);
      wants.set(key, wantedMore(wants.get(key), requests, nowMs));
      const live = liveGrants(key, nowMs);
      kept.set(key, live);
      const grant = live.find(({ left }) => left >= requests);
      if (grant === undefined) return undefined;
      grant.left -= requests;
      return grant.validUntilMs;
    },
    sizeOf(scope, requests, nowMs) {
      const { before = 0 } = wantsAt(wants.get(scopeKey(scope)), nowMs);
      const size = Math.min(Math.floor(before / prefetchesASecond), scope.lot ?? 1, scope.burst);
      return Math.max(size, requests);
    },
    drop(scope) {
      kept.delete(scopeKey(scope));
    },
    keep(scope, requests, validUntilMs) {
      if (requests === 0) return;
      const key = scopeKey(scope);
      kept.set(key, [...(kept.get(key) ?? []), { left: requests, validUntilMs }]);
    },
  };
}

/** Requests wanted in a second of the clock, and in the one before. */
type Wants = { readonly second: number; readonly count: number; readonly before: number };

const prefetchesASecond = 4;

/** A kept grant with less left could lapse while the other scopes are claimed. */
const leastLeftMs = 100;

function wantedMore(known: Wants | undefined, requests: number, nowMs: number): Wants {
  const wants = wantsAt(known, nowMs);
  return { ...wants, count: wants.count + requests };
}

function wantsAt(known: Wants | undefined, nowMs: number): Wants {
  const second = Math.floor(nowMs / 1_000);
  if (known?.second === second) return known;
  return { second, count: 0, before: known?.second === second - 1 ? known.count : 0 };
}
