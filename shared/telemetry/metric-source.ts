import type { ScopeKind } from "../quota/quota.ts";
import type { HomeMetricName, MetricName } from "./metric-names.ts";

/** What CloudWatch calls them. */
export type MetricStatistic =
  | "Average"
  | "Maximum"
  | "Minimum"
  | "Sum"
  | "SampleCount"
  | "p50"
  | "p95"
  | "p99";

export type MetricQuery = {
  readonly name: MetricName | HomeMetricName;
  readonly statistic: MetricStatistic;
  /** Of `QuotaUsage`, `QuotaApproaching` and `QuotaExceeded`, which are recorded by scope. */
  readonly scope?: ScopeKind;
};

/** A stretch of time and how it is cut: epoch ms, `toMs` excluded, the first period starts at `fromMs`. */
export type MetricWindow = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly periodMs: number;
};

export type MetricValue = { readonly fromMs: number; readonly value: number };

/**
 * The metrics as they were recorded: a home's series, or CloudWatch. Handlers record which property
 * and run a figure is of, but no source can be asked for that: a dimension each costs too much.
 */
export type MetricSource = {
  /** The shortest period that it answers; longer ones are multiples of it. */
  readonly shortestPeriodMs: number;
  /** One answer a query, in their order, oldest period first; a period without points is left out. */
  read(
    queries: readonly MetricQuery[],
    window: MetricWindow,
  ): Promise<readonly (readonly MetricValue[])[]>;
};
