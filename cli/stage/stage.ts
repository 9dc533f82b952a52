import type { EventBus } from "../../shared/events/event-bus.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import type { DeadLetters } from "../../shared/operations/dead-letters/dead-letters.ts";
import type { Loans } from "../../shared/operations/loan/loan-ports.ts";
import type { KnownScope } from "../../shared/quota/dynamo-quota-list.ts";
import type { Quota } from "../../shared/quota/quota.ts";
import type { Registry } from "../../shared/registry/registry.ts";
import type { RowStore } from "../../shared/rows/row-store.ts";
import type { SqlStore } from "../../shared/rows/sql-store.ts";
import type { Executions } from "../../shared/sync/end/executions.ts";
import type { MetricSource } from "../../shared/telemetry/metric-source.ts";
import type { DeployedStage } from "./deployed-stage.ts";

/** Starts runs, follows, halts and resumes them, and publishes their end. */
export type StageRuns = {
  readonly ledger: Ledger;
  readonly executions: Executions;
  /** For a run whose own execution can no longer publish its end. */
  eventBus(): Promise<EventBus>;
};

/** The stage's tables: the ledger table and the quota table. */
export type StageTables = {
  readonly ledger: Ledger;
  readonly registry: Registry;
  readonly loans: Loans;
  readonly quota: Quota;
  /** Every scope that was claimed in or closed lately. */
  quotaScopes(nowMs: number): Promise<readonly KnownScope[]>;
};

/** All that a stage keeps. Each store beside the tables is opened at the first call. */
export type StageStores = StageTables & {
  rows(): Promise<RowStore>;
  /** Null: the rows are in DynamoDB, or in a lake, which needs no stage to be open. */
  sql(): Promise<SqlStore | null>;
  deadLetters(): Promise<DeadLetters>;
};

/** The recorded metrics, and the settings that their thresholds depend on. */
export type StageMetrics = {
  readonly ledger: Ledger;
  readonly metrics: MetricSource;
};

/** A stage as commands use it: this machine's home, or a deployment in AWS. */
export type OpenStage = StageRuns &
  StageStores &
  StageMetrics & {
    /** Why a run started here would read another server than this command's environment names. */
    otherServer(): string | undefined;
    /** The folder of the home's events; null in AWS. */
    readonly eventFolder: string | null;
    /** Resolves, with the reason, when the home's servers have ended by themselves; else never. */
    readonly lost: Promise<string>;
    /** Names and endpoints, for other tools. */
    resources(options: { readonly keep: boolean }): Resources;
    /** What only a deployment has; null on this machine. */
    readonly deployed: DeployedStage | null;
    close(options?: { readonly force?: boolean }): Promise<void>;
  };

/** The variables that say where a stage is and what its runs read; usually `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type Resources = Readonly<Record<string, string | boolean | null>>;
