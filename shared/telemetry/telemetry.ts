import type { BatchMessage } from "../ledger/batch-message.ts";
import type { Run, RunStatus } from "../ledger/run.ts";
import type { TakeFigures } from "../ledger/take-figures.ts";
import type { QuotaEvents, ScopeUsage } from "../quota/quota.ts";

/** Where a handler's figures go. Reporting never fails the work. */
export type Telemetry = {
  queue(run: Run, expiredLeases: number): void;
  /** A take that sent something. */
  take(run: Run, figures: TakeFigures, details: TakeDetails): void;
  /** Every take, also one that sent nothing. */
  takeEnded(run: Run, details: TakeDetails): void;
  /** A take that a store ended which is away, or that threw: its batch comes back. */
  takeFailed(message: BatchMessage, reason: string): void;
  usage(run: Run, usage: readonly ScopeUsage[]): void;
  quota: QuotaEvents;
  runEnded(run: Run, failedUnits: number): void;
  /** An execution has ended; its run may never have been created. */
  executionEnded(status: RunStatus): void;
  runsLost(runs: number): void;
  freshness(figures: FreshnessFigures): void;
};

export type FreshnessFigures = {
  /** Of the report that is furthest behind; 0 where there is none. */
  readonly lagDays: number;
  readonly staleReports: number;
  readonly quarantinedProperties: number;
};

export type TakeDetails = {
  readonly batchId: string;
  /** How the take ended. */
  readonly status: string;
  /** Units whose worker died with them. */
  readonly crashes: number;
};
