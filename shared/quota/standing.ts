import type { QuotaPeriod } from "../search-console/search-console-error.ts";
import { type Lowering, loweredAt } from "./lowering.ts";
import type { QuotaScope } from "./quota.ts";

/** What Google's refusals have made of a scope; kept beside its counts, shared by all workers. */
export type Standing = {
  /** Grows with every change: a claim is conditional on the one that it was decided on. */
  readonly version: number;
  readonly closure: Closure | null;
  readonly budget: Lowering | null;
  readonly burst: Lowering | null;
  /** When the last closure for the load quota ended or ends (epoch ms). */
  readonly loadUntilMs: number | null;
  /** Of an account: the property that was refused last. Another one's refusal is the account's. */
  readonly refusedProperty: RefusedProperty | null;
  /** Refusals that may have been strays; null once one was believed. */
  readonly refusals: Refusals | null;
};

export type Closure = {
  readonly untilMs: number;
  readonly reason: string;
  /** Which of Google's limits refused; null: closed for another reason. */
  readonly period: QuotaPeriod | null;
};

export type RefusedProperty = {
  readonly id: string;
  readonly period: QuotaPeriod;
  readonly untilMs: number;
};

/**
 * Refusals of the minute's limit that came and are not believed yet. Google refuses now and then
 * far below its limit; a limit that is reached refuses everything until its minute has moved on.
 */
export type Refusals = {
  /** When the first of a row came (epoch ms), and what its sub-window had granted by then. */
  readonly fromMs: number;
  readonly grantedAtFrom: number;
  readonly count: number;
  /** The same over a longer time, which shows how often requests are refused. */
  readonly minute: {
    readonly fromMs: number;
    readonly grantedAtFrom: number;
    readonly count: number;
  };
};

export const goodStanding: Standing = {
  version: 0,
  closure: null,
  budget: null,
  burst: null,
  loadUntilMs: null,
  refusedProperty: null,
  refusals: null,
};

/** The closure in effect at `nowMs`. */
export function closureAt({ closure }: Standing, nowMs: number): Closure | null {
  return closure !== null && closure.untilMs > nowMs ? closure : null;
}

/** The scope with what may be granted at `nowMs`; a claim for one request is always possible. */
export function scopeInStanding(scope: QuotaScope, standing: Standing, nowMs: number): QuotaScope {
  return {
    ...scope,
    budget: Math.max(loweredAt(standing.budget, scope.budget, nowMs), 1),
    burst: Math.max(loweredAt(standing.burst, scope.burst, nowMs), 1),
  };
}

/** When the standing has lost its meaning by itself (epoch ms; 0: it has none). */
export function standingEndsMs(standing: Standing): number {
  return Math.max(
    standing.closure?.untilMs ?? 0,
    standing.refusedProperty?.untilMs ?? 0,
    standing.loadUntilMs ?? 0,
    ...[standing.budget, standing.burst].map((each) =>
      each === null ? 0 : each.atMs + each.recoveryMs,
    ),
  );
}
