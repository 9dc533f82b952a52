import type pg from "pg";
import type { EventBus } from "../../shared/events/event-bus.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import type { DeadLetters } from "../../shared/operations/dead-letters/dead-letters.ts";
import type { Loans } from "../../shared/operations/loan/loans.ts";
import type { KnownScope } from "../../shared/quota/dynamo-quota-list.ts";
import type { Quota } from "../../shared/quota/quota.ts";
import type { Registry } from "../../shared/registry/registry.ts";
import type { RowStore } from "../../shared/rows/row-store.ts";
import type { Executions } from "../../shared/sync/end/executions.ts";
import type { MetricSource } from "../../shared/telemetry/metric-source.ts";
import type { DeployedStage } from "./deployed-stage.ts";

/** A stage as commands use it: this machine's home, or a deployment in AWS. */
export type OpenStage = {
  readonly ledger: Ledger;
  readonly quota: Quota;
  readonly metrics: MetricSource;
  readonly registry: Registry;
  readonly loans: Loans;
  /** Every scope that was claimed in or closed lately. */
  quotaScopes(nowMs: number): Promise<readonly KnownScope[]>;
  readonly executions: Executions;
  /** Opened at the first call. */
  rows(): Promise<RowStore>;
  /** How SQL is asked; null: the rows are in DynamoDB. */
  sqlAccess(): Promise<pg.ClientConfig | null>;
  deadLetters(): Promise<DeadLetters>;
  /** For a run whose own execution can no longer tell of it. */
  eventBus(): Promise<EventBus>;
  /** Why what is started here would be fetched from another server than the one set here. */
  otherServer(): string | undefined;
  /** Names and endpoints, for other tools. */
  resources(options: { readonly keep: boolean }): Resources;
  /** Resolves, with what happened, when servers have gone without being asked to; else never. */
  readonly lost: Promise<string>;
  /** What only a deployment has; null on this machine. */
  readonly deployed: DeployedStage | null;
  close(options?: { readonly force?: boolean }): Promise<void>;
};

export type Resources = Readonly<Record<string, string | boolean | null>>;
