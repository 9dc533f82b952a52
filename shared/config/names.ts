/** Names that infrastructure, handlers and local mode share; each has its one home here. */

/** Environment variables of the handlers; AWS SDK and Node variables aside. */
export const environmentNames = {
  stage: "GSC_SYNC_STAGE",
  ledgerTable: "GSC_SYNC_LEDGER_TABLE",
  quotaTable: "GSC_SYNC_QUOTA_TABLE",
  queueUrl: "GSC_SYNC_QUEUE_URL",
  deadLetterQueueUrl: "GSC_SYNC_DEAD_LETTER_QUEUE_URL",
  eventBus: "GSC_SYNC_EVENT_BUS",
  rowStore: "GSC_SYNC_ROW_STORE",
  postgresUrl: "GSC_SYNC_POSTGRES_URL",
  /** The secret that has the URL instead. */
  postgresSecret: "GSC_SYNC_POSTGRES_SECRET",
  dsqlEndpoint: "GSC_SYNC_DSQL_ENDPOINT",
  dsqlUser: "GSC_SYNC_DSQL_USER",
  rowsTable: "GSC_SYNC_ROWS_TABLE",
  lake: "GSC_SYNC_LAKE",
  lakeKeeper: "GSC_SYNC_LAKE_KEEPER",
  searchConsoleRootUrl: "GSC_API_ROOT_URL",
  accountSecrets: "GSC_SYNC_ACCOUNT_SECRETS",
  lever: "GSC_SYNC_LEVER",
  inFlight: "GSC_SYNC_IN_FLIGHT",
  queueSize: "GSC_SYNC_QUEUE_SIZE",
  qpm: "GSC_SYNC_QPM",
  stateMachineArn: "GSC_SYNC_STATE_MACHINE_ARN",
  workerFunction: "GSC_SYNC_WORKER_FUNCTION",
  workerMapping: "GSC_SYNC_WORKER_MAPPING",
  /** Set where no concurrency is reserved: the ledger counts takes, and holds them to the lever. */
  countTakes: "GSC_SYNC_COUNT_TAKES",
  unitsAtOnce: "GSC_SYNC_UNITS_AT_ONCE",
  home: "GSC_SYNC_HOME",
  configuration: "GSC_SYNC_CONFIG",
  /** For the command of `--on-complete`: which kind of event it gets. */
  event: "GSC_SYNC_EVENT",
} as const;

/** The stages that are deployed to AWS; a machine's own is `local`. */
export const stageNames = ["dev", "staging", "prod"] as const;
export type StageName = (typeof stageNames)[number];

/** The configuration file, in the working folder unless the environment names another. */
export const configurationFile = "gsc-sync.config.json";

/** The functions that work on a run, named as their files below `lambdas/`. Local mode has them too. */
export const runFunctionNames = [
  "plan-run",
  "dispatch-batches",
  "fetch-batch",
  "finish-run",
] as const;

/** Those that a stage has beside them: the nightly sync, lost executions, freshness, deploy steps. */
export const stageFunctionNames = [
  "list-properties",
  "halt-run",
  "reconcile-runs",
  "measure-freshness",
  "migrate-schema",
  "apply-lever",
] as const;

export const functionNames = [...runFunctionNames, ...stageFunctionNames] as const;
export type RunFunctionName = (typeof runFunctionNames)[number];
export type FunctionName = (typeof functionNames)[number];

/** States of the sync state machine that local mode gives handlers. */
export const stateNames = {
  planRun: "PlanRun",
  dispatchBatches: "DispatchBatches",
  sendBatchMessage: "SendBatchMessage",
  startSuccessor: "StartSuccessor",
  finishRun: "FinishRun",
} as const;

/** Keys of the DynamoDB tables, all strings, and the attribute (epoch seconds) that expires items. */
export const tableKeys = {
  ledger: {
    partitionKey: "pk",
    sortKey: "sk",
    /** Keys-only index over the run items alone: partition, then sort key. */
    runsIndex: "runsByStart",
    runsKey: "runList",
    runsSortKey: "startedAt",
  },
  quota: { partitionKey: "pk", timeToLive: "expiresAt" },
  rows: {
    partitionKey: "pk",
    sortKey: "sk",
    /** Keys-only index over the units that a sweep has to look at: partition, then sort key. */
    sweepIndex: "unitsToSweep",
    sweepKey: "sweepList",
    sweepSortKey: "sweepFrom",
  },
} as const;

/** Who the functions are in Aurora DSQL: reads and writes rows, defines nothing. */
export const dsqlRoleName = "gsc_sync";

export const metricsNamespace = "GscSync";
export const serviceName = "gsc-sync";

/** Physical names of a stage's resources: what a person sees in the console, and other tools ask for. */
export function resourceNames(stage: string) {
  return {
    ledgerTable: `gsc-sync-${stage}-ledger`,
    quotaTable: `gsc-sync-${stage}-quota`,
    rowsTable: `gsc-sync-${stage}-rows`,
    batchQueue: `gsc-sync-${stage}-batches`,
    deadLetterQueue: `gsc-sync-${stage}-dead-letters`,
    eventBus: `gsc-sync-${stage}-events`,
    stateMachine: `gsc-sync-${stage}-sync`,
    nightlyStateMachine: `gsc-sync-${stage}-nightly`,
    nightlySchedule: `gsc-sync-${stage}-nightly`,
    dashboard: `gsc-sync-${stage}`,
    topic: (severity: "warn" | "page") => `gsc-sync-${stage}-${severity}`,
    alarm: (id: string) => `gsc-sync-${stage}-${id}`,
    postgresUrlSecret: `gsc-sync/${stage}/postgres-url`,
    /** An account's credentials are in the secret of this and its id. */
    accountSecrets: `gsc-sync/${stage}/accounts/`,
    /** The SSM parameter with what the stage says of itself: `stage-description.ts`. */
    description: `/gsc-sync/${stage}/stage`,
    lambdaFunction: (name: FunctionName) => `gsc-sync-${stage}-${name}`,
  } as const;
}
