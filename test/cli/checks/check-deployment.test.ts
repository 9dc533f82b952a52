import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { GetAccountSettingsCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { ListSubscriptionsByTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, expect, test } from "vitest";
import { checkDeployment } from "../../../cli/checks/check-deployment.ts";
import type { DeployedStage } from "../../../cli/stage/deployed-stage.ts";
import { leverEffect } from "../../../shared/config/lever-effect.ts";
import type { WorkersNow } from "../../../shared/operations/lever/worker-limits.ts";
import { memoryLedger } from "../../support/stores/memory-ledger.ts";

const stacks = mockClient(CloudFormationClient);
const alarms = mockClient(CloudWatchClient);
const lambda = mockClient(LambdaClient);
const scheduler = mockClient(SchedulerClient);
const topics = mockClient(SNSClient);

/** All is well. */
beforeEach(() => {
  for (const mock of [stacks, alarms, lambda, scheduler, topics]) mock.reset();
  stacks.on(DescribeStacksCommand).resolves({
    Stacks: [{ StackName: "s", CreationTime: new Date(0), StackStatus: "UPDATE_COMPLETE" }],
  });
  alarms.on(DescribeAlarmsCommand).resolves({
    MetricAlarms: [{ AlarmName: "gsc-sync-dev-queue-page", StateValue: "OK" }],
  });
  lambda.on(GetAccountSettingsCommand).resolves({
    AccountLimit: { ConcurrentExecutions: 1_000, UnreservedConcurrentExecutions: 997 },
  });
  scheduler.on(GetScheduleCommand).resolves({
    State: "ENABLED",
    ScheduleExpression: "cron(0 6 * * ? *)",
    ScheduleExpressionTimezone: "America/Los_Angeles",
  });
  topics.on(ListSubscriptionsByTopicCommand).resolves({
    Subscriptions: [{ SubscriptionArn: "arn:aws:sns:eu-central-1:1:t:1" }],
  });
});

const ids = "eu-central-1:123456789012";
const description: DeployedStage["description"] = {
  stage: "dev",
  ledgerTable: "l",
  quotaTable: "q",
  queueUrl: "u",
  deadLetterQueueUrl: "d",
  eventBus: "e",
  stateMachineArn: `arn:aws:states:${ids}:stateMachine:gsc-sync-dev-sync`,
  nightlyStateMachineArn: `arn:aws:states:${ids}:stateMachine:gsc-sync-dev-nightly`,
  rows: { kind: "dynamodb", table: "r" },
  worker: { functionName: "w", mappingId: "m", reserved: true },
  settings: { lever: 3 },
};

async function missing(
  options: { readonly workers?: Partial<WorkersNow>; readonly letters?: number } = {},
): Promise<readonly string[]> {
  const now: WorkersNow = { ...leverEffect(3), ...options.workers };
  const nothing = async () => {};
  const checks = await checkDeployment(
    {
      ledger: memoryLedger({ lever: 3 }),
      deadLetters: async () => ({
        count: async () => options.letters ?? 0,
        list: async () => [],
        redrive: async () => [],
        purge: async () => [],
      }),
    },
    {
      description,
      nights: {
        start: () => Promise.reject(new Error("unasked")),
        describe: () => Promise.reject(new Error("unasked")),
        stop: () => Promise.reject(new Error("unasked")),
      },
      dashboardUrl: "https://…",
      workers: { read: async () => now, reserve: nothing, setMapping: nothing },
      secrets: { prefix: "p/", read: async () => undefined, write: nothing },
      caller: async () => "arn:aws:iam::1:user/me",
    },
  );
  return checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
}

test("a deployment in which all is well lacks nothing", async () => {
  expect(await missing()).toEqual([]);
  const { args } = topics.commandCalls(ListSubscriptionsByTopicCommand)[0] ?? {};
  expect(args?.[0].input.TopicArn).toBe(`arn:aws:sns:${ids}:gsc-sync-dev-warn`);
});

test("a lever that function or mapping do not have is reported, with what mends it", async () => {
  const workers = { reservedConcurrency: null, mappingEnabled: false };
  expect(await missing({ workers })).toEqual([
    "lever: 3 in the ledger, but reserved concurrency none instead of 3, the mapping is disabled: gsc-sync --stage dev lever --set 3 sets them again",
  ]);
});

test("an account that leaves nothing to reserve is reported", async () => {
  lambda.on(GetAccountSettingsCommand).resolves({
    AccountLimit: { ConcurrentExecutions: 10, UnreservedConcurrentExecutions: 10 },
  });
  expect(await missing()).toEqual([
    expect.stringMatching(
      /^account concurrency: .*10 functions at once.*"reserveConcurrency": false/,
    ),
  ]);
});

test("an account in which others reserve so much that not every lever fits is reported", async () => {
  lambda.on(GetAccountSettingsCommand).resolves({
    AccountLimit: { ConcurrentExecutions: 1_000, UnreservedConcurrentExecutions: 101 },
  });
  expect(await missing()).toEqual([
    expect.stringMatching(/^account concurrency: .*101 of them.*lets the lever be 4 at most/),
  ]);
  expect(await missing({ workers: leverEffect(4) })).toEqual([expect.stringMatching(/^lever: /)]);
});

test("what stands still, is in alarm, or notifies nobody gets it of", async () => {
  stacks.on(DescribeStacksCommand, { StackName: "gsc-sync-dev-pipeline" }).resolves({
    Stacks: [
      { StackName: "s", CreationTime: new Date(0), StackStatus: "UPDATE_ROLLBACK_COMPLETE" },
    ],
  });
  scheduler.on(GetScheduleCommand).resolves({ State: "DISABLED" });
  topics
    .on(ListSubscriptionsByTopicCommand)
    .resolvesOnce({ Subscriptions: [] })
    .resolvesOnce({ Subscriptions: [{ SubscriptionArn: "PendingConfirmation" }] });
  alarms.on(DescribeAlarmsCommand).resolves({
    MetricAlarms: [{ AlarmName: "gsc-sync-dev-queue-page", StateValue: "ALARM" }],
  });
  expect(await missing({ letters: 2 })).toEqual([
    expect.stringMatching(/^stack gsc-sync-dev-pipeline: UPDATE_ROLLBACK_COMPLETE: /),
    expect.stringMatching(/^nightly schedule: it is off/),
    expect.stringMatching(/^alarm topic warn: nobody gets it/),
    expect.stringMatching(/^alarm topic page: nobody has confirmed: 1 e-mail/),
    expect.stringMatching(/^alarms: gsc-sync-dev-queue-page: docs\/runbook/),
    "dead letters: 2 dead letters: gsc-sync dlq shows them",
  ]);
});
