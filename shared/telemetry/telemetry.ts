import type { TakeFigures } from "../ledger/batch.ts";
import type { Run } from "../ledger/run.ts";
import type { ScopeUsage } from "../quota/quota.ts";
import type { QuotaEvents } from "../quota/quota-events.ts";

/** Metrics that handlers emit; names and units as dashboards and alarms use them. */
export const metricNames = {
  queueSize: "QueueSize",
  inFlight: "InFlight",
  batchDuration: "BatchDuration",
  batchSize: "BatchSize",
  batchRetries: "BatchRetries",
  pageRequests: "PageRequests",
  quotaUsage: "QuotaUsage",
  quotaApproaching: "QuotaApproaching",
  quotaExceeded: "QuotaExceeded",
  quotaDeferred: "QuotaDeferred",
  workerCrashes: "WorkerCrashes",
  leaseExpiries: "LeaseExpiries",
  /** Takes that put their batch back at the queue's head: a slice was over, quota, an outage, a halt. */
  requeues: "Requeues",
  /** Messages that wait in SQS; in AWS the queue's own metric. */
  mailboxDepth: "MailboxDepth",
  haltDuration: "HaltDuration",
  unitsFailed: "UnitsFailed",
} as const;

/** Where a handler's figures go. Reporting never fails the work. */
export type Telemetry = {
  queue(run: Run, expiredLeases: number): void;
  /** A take that sent something. */
  take(run: Run, figures: TakeFigures, details: TakeDetails): void;
  /** Every take, also one that sent nothing. */
  takeEnded(run: Run, details: TakeDetails): void;
  usage(run: Run, usage: readonly ScopeUsage[]): void;
  quota: QuotaEvents;
  runEnded(run: Run, failedUnits: number): void;
};

export type TakeDetails = {
  readonly batchId: string;
  /** How the take ended. */
  readonly status: string;
  /** Units whose worker died with them. */
  readonly crashes: number;
};
