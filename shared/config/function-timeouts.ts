import type { FunctionName } from "./names.ts";

/** Seconds an invocation may take, in AWS and locally. */
export const functionTimeoutsSeconds = {
  "plan-run": 300,
  "dispatch-batches": 60,
  "fetch-batch": 300,
  "finish-run": 300,
  "list-properties": 300,
  "halt-run": 60,
  "reconcile-runs": 120,
  "measure-freshness": 300,
  "migrate-schema": 600,
  "apply-lever": 180,
} as const satisfies Record<FunctionName, number>;
