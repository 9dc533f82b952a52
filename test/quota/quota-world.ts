import type { Clock } from "../../shared/lib/clock.ts";
import type { Quota, QuotaRefusal, QuotaScope, ScopeClosure } from "../../shared/quota/quota.ts";
import type { QuotaWindow } from "../../shared/quota/window.ts";
import { defaultReportId, findReport } from "../../shared/request/find-report.ts";
import type { Report } from "../../shared/request/report.ts";
import { SearchConsoleError } from "../../shared/search-console/search-console-error.ts";
import { requestPage } from "../../shared/sync/fetch/request-page.ts";
import { createTakeMeter } from "../../shared/sync/fetch/take-meter.ts";
import { fakeClock } from "../support/fakes/fake-clock.ts";
import { pacific } from "../support/samples/pacific.ts";
import { createMemoryQuota } from "../support/stores/memory-quota.ts";
import { memoryRowStore } from "../support/stores/memory-row-store.ts";

const report = theReport();
const date = pacific("2026-01-15");
const page = { rows: [], aggregation: null, firstIncompleteDate: null };

/** What a Search Console refuses, judged at a request's arrival; undefined: it answers. */
export type Judge = (siteUrl: string, nowMs: number) => QuotaRefusal["period"] | undefined;

export type Lanes = {
  readonly siteUrl: string;
  readonly scopes: () => readonly QuotaScope[];
  /** Requests under way at once, over `workers` workers. */
  readonly lanes: number;
  readonly workers: number;
  /** Pages to fetch in all; more than can be fetched: until the world stops. */
  readonly pages: number;
};

/**
 * Workers that send real page requests through the real limiter, in virtual time: what the
 * pipeline does, less its batches. A lane that is deferred comes back when it was told to.
 */
export function quotaWorld(judge: Judge, startMs?: number) {
  const clock: Clock = startMs === undefined ? fakeClock() : fakeClock(startMs);
  const windows = new Map<string, QuotaWindow>();
  const arrivals: { readonly siteUrl: string; readonly atMs: number; readonly refused: boolean }[] =
    [];
  const exceeded: ScopeClosure[] = [];
  const stop = new AbortController();
  let chance = 1;
  const dice: Clock = {
    ...clock,
    random() {
      chance = (chance * 48_271) % 2_147_483_647;
      return chance / 2_147_483_647;
    },
  };

  const searchConsole = {
    async fetchPage({ siteUrl }: { readonly siteUrl: string }) {
      const atMs = clock.nowMs();
      const period = judge(siteUrl, atMs);
      arrivals.push({ siteUrl, atMs, refused: period !== undefined });
      await clock.sleep(150 + dice.random() * 100);
      if (period === undefined) return page;
      const scope = period === "day" ? ("project" as const) : ("property" as const);
      throw new SearchConsoleError("refused", {
        failure: { kind: "quota", period, scope, retryAfterMs: null },
        status: 403,
        reason: "quotaExceeded",
      });
    },
  };

  async function lane(work: Lanes, quota: Quota, left: { pages: number }): Promise<void> {
    const request = { siteUrl: work.siteUrl, report, date, startRow: 0 };
    const ports = {
      searchConsole,
      quota,
      quotaEvents: {
        approaching() {},
        exceeded: (closure: ScopeClosure) => exceeded.push(closure),
      },
      rows: memoryRowStore(),
      clock: dice,
    };
    while (left.pages > 0 && !stop.signal.aborted) {
      left.pages -= 1;
      const context = {
        ports,
        scopesNow: work.scopes,
        meter: createTakeMeter(() => clock.nowMs()),
        signal: stop.signal,
        timeoutMs: 1_500,
      };
      const outcome = await requestPage(request, context);
      if (outcome.kind !== "deferred") continue;
      left.pages += 1;
      await clock.sleep(outcome.untilMs - clock.nowMs() + dice.random() * 300, stop.signal);
    }
  }

  return {
    clock,
    arrivals,
    exceeded,
    /** A limiter of its own, as a restarted worker has one. */
    claimer: () => createMemoryQuota(clock, windows),
    async run(work: Lanes): Promise<void> {
      const left = { pages: work.pages };
      const quotas = Array.from({ length: work.workers }, () => createMemoryQuota(clock, windows));
      const lanes = quotas.flatMap((quota, worker) =>
        Array.from({ length: lanesOf(work, worker) }, () => lane(work, quota, left)),
      );
      await Promise.all(lanes);
    },
    stop: () => stop.abort(),
  };
}

export type QuotaWorld = ReturnType<typeof quotaWorld>;

/** Most instants in any 60 s. */
export function highestMinute(instants: readonly number[]): number {
  const sorted = instants.toSorted((a, b) => a - b);
  let first = 0;
  return sorted.reduce((highest, instant, index) => {
    while (instant - (sorted[first] ?? instant) >= 60_000) first += 1;
    return Math.max(highest, index - first + 1);
  }, 0);
}

/** Answers so many requests a property in any 60 s; refused ones do not count. */
export function minuteLimit(qpm: number): Judge {
  const answered = new Map<string, number[]>();
  return (siteUrl, nowMs) => {
    const within = (answered.get(siteUrl) ?? []).filter((atMs) => atMs > nowMs - 60_000);
    answered.set(siteUrl, within);
    if (within.length >= qpm) return "minute";
    within.push(nowMs);
    return undefined;
  };
}

function lanesOf({ lanes, workers }: Lanes, worker: number): number {
  return Math.floor(lanes / workers) + (worker < lanes % workers ? 1 : 0);
}

function theReport(): Report {
  const found = findReport(defaultReportId);
  if (found === undefined) throw new Error("there is no default report");
  return found;
}
