import { latencyOf } from "../../sample-search-console/latency.ts";
import { defaultBurst } from "../../shared/quota/scopes.ts";
import type { LocalRun } from "../support/local-run.ts";

export type Floor = {
  /** Seconds that each of them alone would take. */
  readonly quota: number;
  readonly latency: number;
  readonly store: number;
  readonly boundBy: "quota" | "latency" | "store";
};

/**
 * The least that a run of so many requests and rows can take: the burst cap lets its requests out, the
 * server's answers fill the lanes (the mean of its distribution), the store takes its rows. The
 * minute's budget is not reached by these runs.
 */
export function floorOf(
  { summary }: LocalRun,
  of: { readonly latencyMs: number; readonly lanes: number; readonly storeRowsPerSecond: number },
): Floor {
  const draws = 2_000;
  const meanMs =
    Array.from({ length: draws }, (_, turn) => latencyOf(1, turn, of.latencyMs)).reduce(
      (sum, ms) => sum + ms,
      0,
    ) / draws;
  const parts = {
    quota: Math.max(summary.requests - defaultBurst, 0) / defaultBurst,
    latency: (summary.requests * meanMs) / 1_000 / of.lanes,
    store: summary.rows / of.storeRowsPerSecond,
  };
  const most = Math.max(parts.quota, parts.latency, parts.store);
  const boundBy = (["quota", "latency", "store"] as const).find((part) => parts[part] === most);
  return { ...parts, boundBy: boundBy ?? "quota" };
}

export function floorSeconds({ quota, latency, store }: Floor): number {
  return Math.max(quota, latency, store);
}
