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
  /** Takes that could not work: a store or the event bus was away, or what a take needs failed. */
  takesFailed: "TakesFailed",
  haltDuration: "HaltDuration",
  unitsFailed: "UnitsFailed",
  /** Runs that ended, and those among them that failed or were halted. */
  runsEnded: "RunsEnded",
  runsFailed: "RunsFailed",
  runsHalted: "RunsHalted",
  /** Runs whose execution was gone without FinishRun. */
  runsLost: "RunsLost",
  /** Days since the newest complete day, of the report that is furthest behind. */
  freshnessLag: "FreshnessLag",
  staleReports: "StaleReports",
  quarantinedProperties: "QuarantinedProperties",
} as const;

export type MetricName = (typeof metricNames)[keyof typeof metricNames];

/** What a home measures by itself: in AWS it is a metric of the queue's own. */
export const homeMetricNames = {
  /** Messages that wait in SQS. */
  mailboxDepth: "MailboxDepth",
} as const;

export type HomeMetricName = (typeof homeMetricNames)[keyof typeof homeMetricNames];
