import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { expect, test } from "vitest";
import { stacksOf } from "../../infra/stacks/stacks-of.ts";
import { stageNamed } from "../../infra/stages/stages.ts";
import { type FunctionName, resourceNames } from "../../shared/config/names.ts";
import { type HandlerBundle, handlerBundles, readSource } from "./handler-bundles.ts";
import { permissionsOfRole } from "./role-actions.ts";

/** What a command of an SDK needs. */
const actionOf: Readonly<Record<string, string>> = {
  BatchGetCommand: "dynamodb:BatchGetItem",
  BatchWriteCommand: "dynamodb:BatchWriteItem",
  DeleteCommand: "dynamodb:DeleteItem",
  DeleteFunctionConcurrencyCommand: "lambda:DeleteFunctionConcurrency",
  DescribeExecutionCommand: "states:DescribeExecution",
  GetCommand: "dynamodb:GetItem",
  GetEventSourceMappingCommand: "lambda:GetEventSourceMapping",
  GetFunctionConcurrencyCommand: "lambda:GetFunctionConcurrency",
  GetSecretValueCommand: "secretsmanager:GetSecretValue",
  PutEventsCommand: "events:PutEvents",
  PutCommand: "dynamodb:PutItem",
  PutFunctionConcurrencyCommand: "lambda:PutFunctionConcurrency",
  QueryCommand: "dynamodb:Query",
  paginateQuery: "dynamodb:Query",
  paginateScan: "dynamodb:Scan",
  ScanCommand: "dynamodb:Scan",
  SendMessageCommand: "sqs:SendMessage",
  UpdateCommand: "dynamodb:UpdateItem",
  UpdateEventSourceMappingCommand: "lambda:UpdateEventSourceMapping",
};

/** What a source sends its commands to. */
const targetOf: readonly (readonly [folder: string, target: string])[] = [
  ["shared/ledger/", "ledger"],
  ["shared/registry/", "ledger"],
  ["shared/operations/dead-letters/dynamo-", "ledger"],
  ["shared/events/eventbridge-", "event bus"],
  ["shared/quota/", "quota"],
  ["shared/rows/dynamo-", "rows"],
  ["shared/operations/lever/lambda-", "worker"],
  ["lambdas/secrets.ts", "account secrets"],
  ["lambdas/handlers/fetch-batch.ts", "dead letters"],
  ["shared/sync/end/sfn-", "executions"],
];

/** What AWS itself does as the function, beside what its code does. */
const ofAws: Readonly<Record<string, readonly string[]>> = {
  all: ["logs:CreateLogStream on its logs", "logs:PutLogEvents on its logs"],
  "fetch-batch": [
    "sqs:DeleteMessage on batches",
    "sqs:GetQueueAttributes on batches",
    "sqs:ReceiveMessage on batches",
  ],
};

// The row store in tables is the one whose permissions are actions of single calls.
process.env.CDK_VALIDATION = "false";
const app = new App({ analyticsReporting: false, context: { "aws:cdk:bundling-stacks": [] } });
const stage = { ...stageNamed("dev"), rowStore: "dynamodb" } as const;
const pipeline = Template.fromStack(stacksOf(app, stage).pipeline);
const bundles = await handlerBundles();

test.each(bundles)("$name may do what its code calls, and nothing else", async (bundle) => {
  const needed = [...(await calledBy(bundle)), ...(ofAws.all ?? []), ...(ofAws[bundle.name] ?? [])];
  expect(allowedTo(bundle.name)).toEqual([...new Set(needed)].sort());
});

/** The commands that are left in a bundle, by the source that sends them. */
async function calledBy({ sources, name }: HandlerBundle): Promise<readonly string[]> {
  const called: string[] = [];
  // Whoever reads no account reads a secret only where the rows' place is one: not in this stage.
  const reading = sources.includes("lambdas/account-secrets.ts") ? [] : ["lambdas/secrets.ts"];
  for (const source of sources.filter((each) => !reading.includes(each))) {
    const text = await readSource(source);
    for (const [, command = ""] of text.matchAll(/(?:new |\b)(\w+Command|paginate\w+)\(/g)) {
      const action = actionOf[command];
      const target = targetOf.find(([folder]) => source.startsWith(folder))?.[1];
      if (action === undefined || target === undefined) {
        throw new Error(`${name} bundles ${source}, whose ${command} this test does not know`);
      }
      if (action.startsWith("lambda:")) {
        called.push(`${action} on ${action.endsWith("Mapping") ? "mapping" : "worker"}`);
        continue;
      }
      // A source that reads an index reads nothing else by query.
      const index = command === "QueryCommand" && text.includes("IndexName") ? " index" : "";
      called.push(`${action} on ${target}${index}`);
    }
  }
  return called;
}

function allowedTo(name: FunctionName): readonly string[] {
  const [fn] = Object.values(
    pipeline.findResources("AWS::Lambda::Function", {
      Properties: { FunctionName: resourceNames("dev").lambdaFunction(name) },
    }),
  );
  const permissions = permissionsOfRole(pipeline, fn?.Properties.Role["Fn::GetAtt"][0]);
  // Two grants may allow the same: the registry lies in the ledger's table.
  return [
    ...new Set(permissions.map(({ action, resource }) => `${action} on ${targetIn(resource)}`)),
  ].sort();
}

/** A resource of the template as this test calls it. */
function targetIn(resource: string): string {
  const known: readonly (readonly [pattern: RegExp, target: string])[] = [
    [/GetAttLedger.*index/, "ledger index"],
    [/GetAttLedger/, "ledger"],
    [/GetAttQuota/, "quota"],
    [/GetAttRows.*index/, "rows index"],
    [/GetAttRows/, "rows"],
    [/:event-source-mapping:.*FetchBatchBatches/, "mapping"],
    [/"BatchQueueDeadLetters\w*","Arn"/, "dead letters"],
    [/"BatchQueueBatches\w*","Arn"/, "batches"],
    [/"Events\w*","Arn"/, "event bus"],
    [/:secret:gsc-sync\/dev\/accounts\/\*/, "account secrets"],
    [/:execution:.*SyncStateMachine/, "executions"],
    [/Logs\w*","Arn"/, "its logs"],
    [/"FetchBatch\w*","Arn"/, "worker"],
  ];
  return known.find(([pattern]) => pattern.test(resource))?.[1] ?? resource;
}
