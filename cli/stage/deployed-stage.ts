import type { StageDescription } from "../../shared/config/stage-description.ts";
import type { WorkerLimits } from "../../shared/operations/lever/worker-limits.ts";
import type { ReadSecret } from "../../shared/search-console/google-account.ts";
import type { Executions } from "../../shared/sync/end/executions.ts";

/** The parts that only a stage in AWS has. */
export type DeployedStage = {
  readonly description: StageDescription;
  /** The nightly machine's executions. */
  readonly nights: Executions;
  /** The stage's CloudWatch dashboard. */
  readonly dashboardUrl: string;
  /** The function and mapping that follow the lever. */
  readonly workers: WorkerLimits;
  readonly secrets: AccountSecrets;
  /** Who uses these credentials: an ARN. */
  caller(): Promise<string>;
};

/** The accounts' credentials: one secret an account. */
export type AccountSecrets = {
  readonly prefix: string;
  readonly read: ReadSecret;
  /** Makes the secret, or gives it another value. */
  write(name: string, value: string): Promise<void>;
};
