import { latencyOf } from "../../sample-search-console/latency.ts";
import type { Clock } from "../../shared/lib/clock.ts";
import type { SearchConsole } from "../../shared/search-console/search-console.ts";

const seed = 1;

/** Search Console with a row a unit: answers after a log-normal time, and counts who asked when. */
export function scaleGoogle(clock: Clock, medianMs: number) {
  /** Requests by account and second. */
  const arrivals = new Map<string, Map<number, number>>();
  const seen = { requests: 0, latencyMs: 0 };
  return {
    seen,
    /** Most requests of an account in 60 seconds of the clock. */
    highestMinute: () => Math.max(...[...arrivals.values()].map(highestMinute)),
    requestsOf: (accountId: string) =>
      [...(arrivals.get(accountId)?.values() ?? [])].reduce((sum, count) => sum + count, 0),
    of(accountId: string): SearchConsole {
      const own = arrivals.get(accountId) ?? new Map<number, number>();
      arrivals.set(accountId, own);
      return {
        async fetchPage({ date, report }, signal) {
          const second = Math.floor(clock.nowMs() / 1_000);
          own.set(second, (own.get(second) ?? 0) + 1);
          seen.requests += 1;
          const latencyMs = latencyOf(seed, seen.requests, medianMs);
          seen.latencyMs += latencyMs;
          await clock.sleep(latencyMs, signal);
          const keys = report.dimensions.map((dimension) => `${dimension} of ${date}`);
          const row = { keys, clicks: 1, impressions: 10, ctr: 0.1, position: 5 };
          return { rows: [row], aggregation: "byPage", firstIncompleteDate: null };
        },
      };
    },
  };
}

function highestMinute(bySecond: ReadonlyMap<number, number>): number {
  let highest = 0;
  for (const second of bySecond.keys()) {
    let sum = 0;
    for (let at = second; at < second + 60; at += 1) sum += bySecond.get(at) ?? 0;
    highest = Math.max(highest, sum);
  }
  return highest;
}

export type ScaleGoogle = ReturnType<typeof scaleGoogle>;
