import type { QuotaScope } from "./quota.ts";
import { scopeKey } from "./scopes.ts";

/** Grants that a worker holds and has not used yet; each is good until its second is over. */
export type WorkerLots = {
  /** Uses a kept grant: the instant it is good until; undefined when there is none. */
  draw(scope: QuotaScope, requests: number, nowMs: number): number | undefined;
  /** How many requests to claim at once when `requests` are wanted. */
  sizeOf(scope: QuotaScope, requests: number): number;
  /** Keeps what was granted and is not wanted now, of a claim of `lot` (0: of no lot). */
  keep(scope: QuotaScope, requests: number, validUntilMs: number, lot: number): void;
  /** Forgets what was granted before Google refused. */
  drop(scope: QuotaScope): void;
};

/**
 * Lots grow while they are used up within their second, and shrink when they are not: what is
 * left of one stays counted for a minute.
 */
export function workerLots(): WorkerLots {
  const kept = new Map<string, { left: number; readonly validUntilMs: number }[]>();
  const sizes = new Map<string, number>();

  return {
    draw(scope, requests, nowMs) {
      const key = scopeKey(scope);
      const all = kept.get(key) ?? [];
      const live = all.filter((lot) => lot.validUntilMs > nowMs + leastLeftMs && lot.left > 0);
      if (live.length < all.length) {
        const wasted = all.some((lot) => lot.validUntilMs <= nowMs + leastLeftMs && lot.left > 0);
        if (wasted) sizes.set(key, Math.max((sizes.get(key) ?? 1) / 2, 1));
        kept.set(key, live);
      }
      const lot = live.find((each) => each.left >= requests);
      if (lot === undefined) return undefined;
      lot.left -= requests;
      return lot.validUntilMs;
    },
    sizeOf(scope, requests) {
      const size = Math.floor(sizes.get(scopeKey(scope)) ?? 1);
      return Math.max(Math.min(size, scope.lot ?? 1, scope.burst), requests);
    },
    drop(scope) {
      kept.delete(scopeKey(scope));
    },
    keep(scope, requests, validUntilMs, lot) {
      const key = scopeKey(scope);
      if (requests > 0) kept.set(key, [...(kept.get(key) ?? []), { left: requests, validUntilMs }]);
      if (lot > 0) sizes.set(key, Math.min((sizes.get(key) ?? 1) * 2, scope.lot ?? 1));
    },
  };
}

/** A kept grant with less left could lapse while the other scopes are claimed. */
const leastLeftMs = 100;
