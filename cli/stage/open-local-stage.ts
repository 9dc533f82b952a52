import { existsSync } from "node:fs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SFNClient } from "@aws-sdk/client-sfn";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { localClientOptions, localNames, localStage } from "../../local/aws-servers/local-names.ts";
import { isDiskFull } from "../../local/home/disk-space.ts";
import { homeFolder, homeLayout } from "../../local/home/home.ts";
import { openStack } from "../../local/home/open-stack.ts";
import { reconcileOwnedRuns } from "../../local/home/reconcile-runs.ts";
import type { Stack } from "../../local/home/stack.ts";
import type { StackParts } from "../../local/home/stack-parts.ts";
import { homeMetricSource } from "../../local/metrics/home-metric-source.ts";
import { homeEnvironmentFault, readRowsPlace } from "../../shared/config/environment.ts";
import { environmentNames } from "../../shared/config/names.ts";
import { dynamoLedger } from "../../shared/ledger/dynamo-ledger.ts";
import { compact } from "../../shared/lib/compact.ts";
import { documentsOf } from "../../shared/lib/dynamo-documents.ts";
import { lakeLayout } from "../../shared/rows/lake/lake-layout.ts";
import { openRowStore } from "../../shared/rows/open-row-store.ts";
import { resolvedPlace } from "../../shared/rows/resolve-rows-place.ts";
import type { RowStore } from "../../shared/rows/row-store.ts";
import { sfnExecutions } from "../../shared/sync/end/sfn-executions.ts";
import { printError, UsageError } from "../output/errors.ts";
import type { Environment, OpenStage, Resources } from "./stage.ts";
import { openTables } from "./stage-tables.ts";

/** Opens this machine's home: starts its servers, or attaches to them. @throws UsageError */
export async function openLocalStage(
  onNotice: (notice: string) => void,
  environment: Environment,
  parts?: StackParts,
): Promise<OpenStage> {
  const fault = homeEnvironmentFault(environment);
  if (fault !== undefined) throw new UsageError(fault);
  const ownedSinceMs = Date.now();
  const home = homeFolder(environment, process.cwd());
  const { folders } = homeLayout(home);
  using _starting = saidAfter(timeoutMs, () => onNotice(`starting the servers of ${home} …`));
  const stack = await openStack(compact({ home, environment, onNotice, openLever, parts }));
  void stack.lost.then((what) => abandon(stack, home, what));
  const { endpoints } = stack;
  const key = stack.handlerEnvironment.AWS_ACCESS_KEY_ID;
  const dynamo = new DynamoDBClient(localClientOptions(endpoints.dynamo, key));
  const stepFunctions = new SFNClient(localClientOptions(endpoints.stepFunctions, key));
  const documents = documentsOf(dynamo);
  const tables = openTables(documents, {
    ...endpoints,
    defaults: { lever: Number(stack.handlerEnvironment[environmentNames.lever]) },
  });
  let opening: Promise<RowStore> | undefined;
  const opened: OpenStage = {
    ...tables,
    metrics: homeMetricSource(folders.telemetry),
    executions: sfnExecutions(stepFunctions, endpoints.stateMachineArn),
    rows() {
      opening ??= openRows(stack, documents);
      return opening;
    },
    async sql() {
      if (endpoints.postgres === null) return null;
      const { postgresSqlStore } = await import("../../shared/rows/postgres-sql-store.ts");
      return postgresSqlStore({ kind: "postgres", url: endpoints.postgres });
    },
    async deadLetters() {
      const { SQSClient } = await import("@aws-sdk/client-sqs");
      const { openDeadLetters } = await import("./open-dead-letters.ts");
      return openDeadLetters(new SQSClient(localClientOptions(endpoints.sqs, key)), documents, {
        ...endpoints,
        waits: true,
      });
    },
    async eventBus() {
      const { openEventBus } = await import("./open-event-bus.ts");
      return openEventBus(localClientOptions(endpoints.eventBridge, key), localNames.eventBus);
    },
    otherServer: () => otherServer(stack, environment),
    eventFolder: folders.events,
    resources: ({ keep }) => resourcesOf(stack, home, keep),
    lost: stack.lost,
    deployed: null,
    async close(options) {
      const rows = await opening?.catch(() => undefined);
      await rows?.close();
      await stack.close(options);
      stepFunctions.destroy();
      dynamo.destroy();
    },
  };
  try {
    if (stack.role === "owner")
      await reconcileOwnedRuns(
        {
          ledger: opened.ledger,
          eventBus: { publish: async (events) => (await opened.eventBus()).publish(events) },
        },
        { ownedSinceMs, nowMs: Date.now() },
      );
  } catch (error) {
    await opened.close({ force: true });
    throw error;
  }
  return opened;
}

async function openRows(stack: Stack, documents: DynamoDBDocumentClient): Promise<RowStore> {
  const place = readRowsPlace(stack.handlerEnvironment);
  return openRowStore(await resolvedPlace(place, async () => undefined), documents);
}

/** After this time a person is told what the command waits for. */
const timeoutMs = 1_500;

function saidAfter(ms: number, say: () => void): Disposable {
  const timer = process.stderr.isTTY ? setTimeout(say, ms) : undefined;
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/** The owner's workers fetch what this command starts, so both must read the same server. */
function otherServer({ handlerEnvironment }: Stack, environment: Environment): string | undefined {
  const name = environmentNames.searchConsoleRootUrl;
  const here = environment[name] || undefined;
  const there = handlerEnvironment[name];
  if (here === there) return undefined;
  return `the command that owns this home reads ${there ?? "Google"}, and this one would read ${here ?? "Google"}: wait for its end, or use another ${environmentNames.home}`;
}

function resourcesOf({ endpoints, role }: Stack, home: string, keep: boolean): Resources {
  return {
    stage: localStage,
    home,
    // Ports are chosen anew by each owner: without --keep they close with this command.
    running: keep || role === "attached",
    databaseUrl: endpoints.postgres,
    ledgerTable: endpoints.ledgerTable,
    quotaTable: endpoints.quotaTable,
    lakePath: endpoints.lake === null ? null : lakeLayout(endpoints.lake.folder).rows,
    rowsTable: endpoints.lake === null && endpoints.postgres === null ? endpoints.rowsTable : null,
    queueUrl: endpoints.queueUrl,
    deadLetterQueueUrl: endpoints.deadLetterQueueUrl,
    stateMachineArn: endpoints.stateMachineArn,
    dynamoEndpoint: endpoints.dynamo,
    sqsEndpoint: endpoints.sqs,
    stepFunctionsEndpoint: endpoints.stepFunctions,
    eventBridgeEndpoint: endpoints.eventBridge,
    // AWS_SHARED_CREDENTIALS_FILE: the servers check the key that stands in it.
    credentialsFile: homeLayout(home).files.credentials,
  };
}

/** Ends the command, because its servers are gone; what is stored stays. */
async function abandon(stack: Stack, home: string, what: string): Promise<never> {
  const full = await isDiskFull(home);
  const fate = existsSync(homeLayout(home).folders.dynamo)
    ? `what is stored stays; "gsc-sync status" shows what to resume`
    : "its runs are gone with it, and its rows, unless they are in a Postgres of your own";
  printError(`${what}${full ? ", because the disk is full" : ""}: ${fate}`, 1);
  await stack.close({ force: true }).catch(() => {});
  process.exit(1);
}

/** How the home's owner reads the lever for its event source. */
function openLever(variables: Readonly<Record<string, string>>): () => Promise<number> {
  const dynamo = new DynamoDBClient(
    localClientOptions(variables.AWS_ENDPOINT_URL_DYNAMODB ?? "", variables.AWS_ACCESS_KEY_ID),
  );
  const ledger = dynamoLedger(documentsOf(dynamo), {
    table: variables[environmentNames.ledgerTable] ?? "",
    defaults: { lever: Number(variables[environmentNames.lever]) },
  });
  return async () => (await ledger.readSettings()).lever;
}
