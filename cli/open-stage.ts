import { setTimeout as delay } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SFNClient } from "@aws-sdk/client-sfn";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { isDiskFull } from "../local/disk-space.ts";
import { homeFolder, homeLayout } from "../local/home.ts";
import { homeMetricSource } from "../local/home-metric-source.ts";
import { localClientOptions, localNames } from "../local/local-names.ts";
import { openStack } from "../local/open-stack.ts";
import { reconcileOwnedRuns } from "../local/reconcile-runs.ts";
import type { Stack } from "../local/stack.ts";
import { homeEnvironmentFault, readRowsPlace } from "../shared/config/environment.ts";
import { environmentNames } from "../shared/config/names.ts";
import type { DeadLetters } from "../shared/dead-letters/dead-letters.ts";
import type { EventBus } from "../shared/events/event-bus.ts";
import { dynamoLedger } from "../shared/ledger/dynamo-ledger.ts";
import type { Ledger } from "../shared/ledger/ledger.ts";
import { dynamoLoans } from "../shared/loan/dynamo-loans.ts";
import type { Loans } from "../shared/loan/loans.ts";
import { createDynamoQuota } from "../shared/quota/dynamo-quota.ts";
import { type KnownScope, listQuotaScopes } from "../shared/quota/dynamo-quota-list.ts";
import type { Quota } from "../shared/quota/quota.ts";
import { dynamoRegistry } from "../shared/registry/dynamo-registry.ts";
import type { Registry } from "../shared/registry/registry.ts";
import { openRowStore } from "../shared/rows/postgres-or-dynamo-rows.ts";
import type { RowStore } from "../shared/rows/row-store.ts";
import type { MetricSource } from "../shared/telemetry/metric-source.ts";
import { giveBackLeft } from "./on-loan.ts";
import { knownStage } from "./options.ts";
import { tellRefusal } from "./tell-refusal.ts";
import { UsageError } from "./usage-error.ts";

/** A stage as commands use it. `local` starts the home's servers, or attaches to them. */
export type OpenStage = {
  readonly stack: Stack;
  readonly ledger: Ledger;
  readonly quota: Quota;
  readonly registry: Registry;
  readonly loans: Loans;
  /** Every scope that was claimed in or closed lately. */
  quotaScopes(nowMs: number): Promise<readonly KnownScope[]>;
  readonly executions: SFNClient;
  readonly stateMachineArn: string;
  /** Opened at the first call. */
  rows(): Promise<RowStore>;
  deadLetters(): Promise<DeadLetters>;
  /** For a run whose own execution can no longer tell of it. */
  eventBus(): Promise<EventBus>;
  readonly metrics: MetricSource;
  close(options?: { readonly force?: boolean }): Promise<void>;
};

export async function openStage(
  stage: string,
  onNotice: (notice: string) => void,
): Promise<OpenStage> {
  knownStage(stage);
  const fault = homeEnvironmentFault(process.env);
  if (fault !== undefined) throw new UsageError(fault);
  const ownedSinceMs = Date.now();
  const home = homeFolder(process.env, process.cwd());
  using _starting = saidAfter(patienceMs, () => onNotice(`starting the servers of ${home} …`));
  const stack = await openStack({ home, environment: process.env, onNotice, openLever });
  void stack.lost.then((what) => abandon(stack, what));
  const { endpoints } = stack;
  const dynamo = new DynamoDBClient(localClientOptions(endpoints.dynamo));
  const executions = new SFNClient(localClientOptions(endpoints.stepFunctions));
  const documents = DynamoDBDocumentClient.from(dynamo);
  const ledger = dynamoLedger(documents, {
    table: endpoints.ledgerTable,
    defaults: { lever: Number(stack.handlerEnvironment[environmentNames.lever]) },
  });
  const quota = createDynamoQuota({
    documents,
    tableName: endpoints.quotaTable,
    now: Date.now,
    random: Math.random,
  });
  let opening: Promise<RowStore> | undefined;
  const opened: OpenStage = {
    stack,
    ledger,
    quota,
    registry: dynamoRegistry(documents, { table: endpoints.ledgerTable }),
    loans: dynamoLoans(documents, { table: endpoints.ledgerTable }),
    quotaScopes: (nowMs) => listQuotaScopes(documents, endpoints.quotaTable, nowMs),
    executions,
    stateMachineArn: endpoints.stateMachineArn,
    rows() {
      opening ??= openRowStore(readRowsPlace(stack.handlerEnvironment), documents);
      return opening;
    },
    async deadLetters() {
      const { openDeadLetters } = await import("./open-dead-letters.ts");
      return openDeadLetters(endpoints, documents);
    },
    eventBus: () => openEventBus(endpoints.eventBridge),
    metrics: homeMetricSource(homeLayout(home).folders.telemetry),
    async close(options) {
      const rows = await opening?.catch(() => undefined);
      await rows?.close();
      await stack.close(options);
      executions.destroy();
      dynamo.destroy();
    },
  };
  try {
    if (stack.role === "owner")
      await reconcileOwnedRuns(
        {
          ledger,
          eventBus: { publish: async (events) => (await opened.eventBus()).publish(events) },
        },
        { ownedSinceMs, nowMs: Date.now() },
      );
    await giveBackLeft(opened, onNotice);
  } catch (error) {
    await opened.close({ force: true });
    throw error;
  }
  return opened;
}

/** A person who waits for longer than this is told for what. */
const patienceMs = 1_500;

function saidAfter(ms: number, say: () => void): Disposable {
  const timer = process.stderr.isTTY ? setTimeout(say, ms) : undefined;
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

async function openEventBus(endpoint: string): Promise<EventBus> {
  const { EventBridgeClient } = await import("@aws-sdk/client-eventbridge");
  const { eventBridgeEventBus } = await import("../shared/events/eventbridge-event-bus.ts");
  const client = new EventBridgeClient(localClientOptions(endpoint));
  return eventBridgeEventBus(client, {
    busName: localNames.eventBus,
    sleep: delay,
    random: Math.random,
  });
}

/** Without its servers a command can do nothing more; what is committed stays. */
async function abandon(stack: Stack, what: string): Promise<never> {
  const full = await isDiskFull(homeFolder(process.env, process.cwd()));
  tellRefusal(
    `${what}${full ? ", because the disk is full" : ""}: what is stored stays; "gsc-sync status" shows what to resume`,
    1,
  );
  await stack.close({ force: true }).catch(() => {});
  process.exit(1);
}

/** How the home's owner reads the lever for its event source. */
function openLever(variables: Readonly<Record<string, string>>): () => Promise<number> {
  const dynamo = new DynamoDBClient(localClientOptions(variables.AWS_ENDPOINT_URL_DYNAMODB ?? ""));
  const ledger = dynamoLedger(DynamoDBDocumentClient.from(dynamo), {
    table: variables[environmentNames.ledgerTable] ?? "",
    defaults: { lever: Number(variables[environmentNames.lever]) },
  });
  return async () => (await ledger.readSettings()).lever;
}
