import type { ScopeClosure, ScopeUsage } from "./quota.ts";

/** Events of the quota as they happen. Reporting them never fails the work. */
export type QuotaEvents = {
  /** A scope came to 80 % of its limit; at most once a minute a scope. */
  approaching(usage: ScopeUsage): void;
  /** Google refused; what closed for it, and for how long from now. */
  exceeded(closure: ScopeClosure, retryMs: number): void;
};
