import type { QuotaScope } from "../../shared/quota/quota.ts";
import { subWindowMs, subWindowsCovered } from "../../shared/quota/window.ts";

export type ScopeRequests = {
  readonly scope: Pick<QuotaScope, "kind" | "id" | "budget" | "burst">;
  readonly requests: number;
};

export type QuotaFloor = {
  readonly seconds: number;
  /** The scope that takes longest. */
  readonly kind: QuotaScope["kind"] | null;
};

/**
 * The least that so many requests can take, if all scopes are used from the first second on: a
 * window's length for each whole budget but the last, and what is left at the burst cap.
 */
export function quotaFloor(wanted: readonly ScopeRequests[]): QuotaFloor {
  return wanted.reduce<QuotaFloor>(
    (longest, { scope, requests }) => {
      const seconds = scopeSeconds(scope, requests);
      return seconds > longest.seconds ? { seconds, kind: scope.kind } : longest;
    },
    { seconds: 0, kind: null },
  );
}

function scopeSeconds({ budget, burst }: ScopeRequests["scope"], requests: number): number {
  const windows = Math.max(Math.ceil(requests / budget) - 1, 0);
  const left = requests - windows * budget;
  const windowSeconds = (subWindowsCovered * subWindowMs) / 1_000;
  return windows * windowSeconds + Math.max(Math.ceil(left / burst) - 1, 0);
}
