/** Keys of the ledger's items. One partition a run, one item a property's lock. */
export function runKey(runId: string): { readonly pk: string; readonly sk: string } {
  return { pk: `RUN#${runId}`, sk: "RUN" };
}

export const batchKeyPrefix = "BATCH#";

export function batchKey(
  runId: string,
  batchId: string,
): { readonly pk: string; readonly sk: string } {
  return { pk: runKey(runId).pk, sk: `${batchKeyPrefix}${batchId}` };
}

export function lockKey(siteUrl: string): { readonly pk: string; readonly sk: string } {
  return { pk: `PROPERTY#${siteUrl}`, sk: "LOCK" };
}

export const workerSlotsKey = { pk: "SEATS", sk: "SEATS" } as const;

export const settingsKey = { pk: "SETTINGS", sk: "SETTINGS" } as const;

export function isConditionFailure(error: unknown): boolean {
  return error instanceof Error && error.name === "ConditionalCheckFailedException";
}
