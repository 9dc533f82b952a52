import type { StageDescription } from "../../shared/config/stage-description.ts";
import type { WorkerLimits } from "../../shared/operations/lever/worker-limits.ts";
import type { ReadSecret } from "../../shared/search-console/google-account.ts";
import type { Executions } from "../../shared/sync/end/executions.ts";

/** What a stage in AWS has and a home has not. */
export type DeployedStage = {
  readonly description: StageDescription;
  /** The nightly machine's executions. */
  readonly nights: Executions;
  /** Where a person watches it. */
  readonly dashboardUrl: string;
  /** What the lever is set on, beside the ledger. */
  readonly workers: WorkerLimits;
  readonly secrets: AccountSecrets;
  /** Who uses these credentials: an ARN. */
  caller(): Promise<string>;
};

/** The credentials of accounts, a secret each. */
export type AccountSecrets = {
  readonly prefix: string;
  readonly read: ReadSecret;
  /** Makes the secret, or gives it another value. */
  write(name: string, value: string): Promise<void>;
};
