/** The variable that names the folder of armed points. */
export const chaosVariable = "GSC_SYNC_CHAOS_FOLDER";

/** The variable that names a proxy which the functions' DynamoDB clients talk to. */
export const dynamoProxyVariable = "GSC_SYNC_CHAOS_DYNAMO";

export const workerPoints = [
  "before-fetch",
  "mid-body",
  "mid-upsert",
  "rows-before-pointer",
  "pointer-before-ledger",
  "submit-before-acknowledgement",
] as const;

export const coordinatorPoints = [
  "planner-mid-plan",
  "dispatcher-before-write",
  "dispatcher-before-reply",
  "finisher-before-write",
  "finisher-before-reply",
] as const;

export type SabotagePoint = (typeof workerPoints)[number] | (typeof coordinatorPoints)[number];
