import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SFNClient } from "@aws-sdk/client-sfn";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { environmentNames, resourceNames, type StageName } from "../../shared/config/names.ts";
import type { RowsPlace } from "../../shared/config/rows-place.ts";
import type { StageDescription } from "../../shared/config/stage-description.ts";
import { documentsOf } from "../../shared/lib/dynamo-documents.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { lambdaWorkerLimits } from "../../shared/operations/lever/lambda-worker-limits.ts";
import { openRowStore } from "../../shared/rows/open-row-store.ts";
import { resolvedPlace } from "../../shared/rows/resolve-rows-place.ts";
import type { RowStore } from "../../shared/rows/row-store.ts";
import { sfnExecutions } from "../../shared/sync/end/sfn-executions.ts";
import { cloudWatchMetricSource } from "../../shared/telemetry/cloudwatch-metric-source.ts";
import { awsClientOptions } from "./aws-client-options.ts";
import { readStageDescription } from "./read-stage-description.ts";
import { readSecret, writeSecret } from "./secret-values.ts";
import type { Environment, OpenStage, Resources } from "./stage.ts";
import { openTables } from "./stage-tables.ts";

/**
 * Opens a stage in AWS: the tables, machine and row store that its functions use, as the stage's
 * own description names them. @throws CommandError
 */
export async function openAwsStage(stage: StageName, environment: Environment): Promise<OpenStage> {
  const description = await readStageDescription(stage);
  const clients = new DisposableStack();
  const keep = <Client extends { destroy(): void }>(client: Client): Client =>
    clients.adopt(client, () => client.destroy());
  const documents = documentsOf(keep(new DynamoDBClient(awsClientOptions)));
  const secrets = keep(new SecretsManagerClient(awsClientOptions));
  const stepFunctions = keep(new SFNClient(awsClientOptions));
  const { stateMachineArn } = description;

  let opening: Promise<RowStore> | undefined;
  let place: Promise<RowsPlace> | undefined;
  const rowsPlace = () => {
    place ??= placeOf(description, environment, (name) => readSecret(secrets, name));
    return place;
  };
  return {
    ...openTables(documents, { ...description, defaults: description.settings }),
    metrics: cloudWatchMetricSource(keep(new CloudWatchClient(awsClientOptions)), { stage }),
    executions: sfnExecutions(stepFunctions, stateMachineArn),
    rows() {
      opening ??= rowsPlace().then((at) => openRowStore(at, documents, { migrated: "elsewhere" }));
      return opening;
    },
    async sql() {
      const at = await rowsPlace();
      const { postgresSqlStore } = await import("../../shared/rows/postgres-sql-store.ts");
      return postgresSqlStore(at);
    },
    async deadLetters() {
      const { SQSClient } = await import("@aws-sdk/client-sqs");
      const { openDeadLetters } = await import("./open-dead-letters.ts");
      const sqs = keep(new SQSClient(awsClientOptions));
      return openDeadLetters(sqs, documents, { ...description, waits: false });
    },
    async eventBus() {
      const { openEventBus } = await import("./open-event-bus.ts");
      return openEventBus(awsClientOptions, description.eventBus);
    },
    otherServer: () => undefined,
    eventFolder: null,
    resources: () => resourcesOf(stage, description),
    lost: new Promise(() => {}),
    deployed: {
      description,
      nights: sfnExecutions(stepFunctions, description.nightlyStateMachineArn),
      dashboardUrl: dashboardUrl(stage, stateMachineArn),
      workers: lambdaWorkerLimits(keep(new LambdaClient(awsClientOptions)), {
        ...description.worker,
        clock: systemClock,
      }),
      secrets: {
        prefix: resourceNames(stage).accountSecrets,
        read: (name) => readSecret(secrets, name),
        write: (name, value) => writeSecret(secrets, name, value),
      },
      caller: async () => {
        const sts = keep(new STSClient(awsClientOptions));
        const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
        return Arn ?? "unknown";
      },
    },
    async close() {
      const rows = await opening?.catch(() => undefined);
      await rows?.close();
      clients.dispose();
    },
  };
}

async function placeOf(
  { rows }: StageDescription,
  environment: Environment,
  secret: (name: string) => Promise<string | undefined>,
): Promise<RowsPlace> {
  switch (rows.kind) {
    case "dynamodb":
      return rows;
    case "dsql":
      return { ...rows, user: environment[environmentNames.dsqlUser] || "admin" };
    case "postgres":
      return resolvedPlace({ kind: "postgres-secret", secret: rows.secret }, secret);
    default:
      return rows satisfies never;
  }
}

function resourcesOf(stage: StageName, description: StageDescription): Resources {
  const names = resourceNames(stage);
  const { rows, worker } = description;
  return {
    stage,
    rowStore: rows.kind,
    databaseSecret: rows.kind === "postgres" ? rows.secret : null,
    databaseEndpoint: rows.kind === "dsql" ? rows.hostname : null,
    ledgerTable: description.ledgerTable,
    quotaTable: description.quotaTable,
    rowsTable: rows.kind === "dynamodb" ? rows.table : null,
    queueUrl: description.queueUrl,
    deadLetterQueueUrl: description.deadLetterQueueUrl,
    stateMachineArn: description.stateMachineArn,
    nightlyStateMachineArn: description.nightlyStateMachineArn,
    eventBus: description.eventBus,
    workerFunction: worker.functionName,
    workerMapping: worker.mappingId,
    accountSecrets: names.accountSecrets,
    dashboard: names.dashboard,
    dashboardUrl: dashboardUrl(stage, description.stateMachineArn),
  };
}

/** The stage's dashboard in the console of the region and partition of one of its ARNs. */
function dashboardUrl(stage: string, arn: string): string {
  const [, partition = "aws", , region = ""] = arn.split(":");
  const host = partition === "aws-cn" ? "console.amazonaws.cn" : "console.aws.amazon.com";
  return `https://${region}.${host}/cloudwatch/home?region=${region}#dashboards:name=${resourceNames(stage).dashboard}`;
}
