/** Names that infrastructure, handlers and local mode share; each has its one home here. */

/** Environment variables of the handlers; AWS SDK and Node variables aside. */
export const environmentNames = {
  stage: "GSC_SYNC_STAGE",
  ledgerTable: "GSC_SYNC_LEDGER_TABLE",
  quotaTable: "GSC_SYNC_QUOTA_TABLE",
  queueUrl: "GSC_SYNC_QUEUE_URL",
  deadLetterQueueUrl: "GSC_SYNC_DEAD_LETTER_QUEUE_URL",
  postgresUrl: "GSC_SYNC_POSTGRES_URL",
  searchConsoleRootUrl: "GSC_API_ROOT_URL",
  lever: "GSC_SYNC_LEVER",
  home: "GSC_SYNC_HOME",
} as const;

/** The Lambda functions, named as their files below `lambdas/`. */
export const functionNames = ["plan-run", "dispatch-batches", "fetch-batch", "finish-run"] as const;
export type FunctionName = (typeof functionNames)[number];

/** States of the sync state machine that local mode gives handlers. */
export const stateNames = {
  planRun: "PlanRun",
  dispatchBatches: "DispatchBatches",
  sendBatchMessage: "SendBatchMessage",
  finishRun: "FinishRun",
} as const;

/** Keys of the DynamoDB tables. Every attribute is a string. */
export const tableKeys = {
  ledger: { partitionKey: "pk", sortKey: "sk", runsIndex: "runsByStart", runsKey: "runList" },
  quota: { partitionKey: "pk" },
} as const;

export const metricsNamespace = "GscSync";
