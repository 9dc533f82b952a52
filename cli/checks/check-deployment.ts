import {
  CloudFormationClient,
  DescribeStacksCommand,
  type StackStatus,
} from "@aws-sdk/client-cloudformation";
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { GetAccountSettingsCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { ListSubscriptionsByTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { leverEffect } from "../../shared/config/lever-effect.ts";
import { resourceNames } from "../../shared/config/names.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import { counted } from "../output/views/format.ts";
import { awsClientOptions } from "../stage/aws-client-options.ts";
import type { DeployedStage } from "../stage/deployed-stage.ts";
import type { StageStores } from "../stage/stage.ts";
import { type Check, check } from "./check-accounts.ts";

/**
 * Checks the parts that only a deployment has: that they are there, and that their settings agree.
 */
export async function checkDeployment(
  stage: Pick<StageStores, "ledger" | "deadLetters">,
  deployed: DeployedStage,
): Promise<readonly Check[]> {
  const { description } = deployed;
  const names = resourceNames(description.stage);
  return [
    await check("AWS identity", () => deployed.caller()),
    ...(await Promise.all(
      stacksOf(description).map((name) => check(`stack ${name}`, () => stackText(name))),
    )),
    await check("lever", () => leverText(stage.ledger, deployed)),
    await check("account concurrency", () => concurrencyText(deployed)),
    await check("nightly schedule", () => scheduleText(names.nightlySchedule)),
    ...(await Promise.all(
      (["warn", "page"] as const).map((severity) =>
        check(`alarm topic ${severity}`, () =>
          subscribersText(topicArn(description.stateMachineArn, names.topic(severity)), severity),
        ),
      ),
    )),
    await check("alarms", () => alarmsText(`gsc-sync-${description.stage}-`)),
    await check("dead letters", async () => lettersText(await (await stage.deadLetters()).count())),
  ];
}

function stacksOf({ stage, rows }: DeployedStage["description"]): readonly string[] {
  const parts = ["data", "pipeline", "observability", "escalation", "queries"];
  return [...(rows.kind === "dsql" ? ["dsql"] : []), ...parts].map(
    (part) => `gsc-sync-${stage}-${part}`,
  );
}

async function stackText(StackName: string): Promise<string> {
  using client = disposable(new CloudFormationClient(awsClientOptions));
  const { Stacks } = await client.value.send(new DescribeStacksCommand({ StackName }));
  const status = Stacks?.[0]?.StackStatus;
  if (status !== undefined && good.has(status)) return status;
  throw new Error(
    `${status ?? "it is not there"}: look at its events in CloudFormation, deploy again`,
  );
}

const good = new Set<StackStatus>(["CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"]);

/** The ledger owns the lever; the function and the mapping are set with it. */
async function leverText(ledger: Ledger, { workers, description }: DeployedStage): Promise<string> {
  const [{ lever }, now] = await Promise.all([ledger.readSettings(), workers.read()]);
  const { reservedConcurrency, mappingMaximum, mappingEnabled } = leverEffect(lever);
  const { reserved } = description.worker;
  const faults = [
    reserved && now.reservedConcurrency !== reservedConcurrency
      ? `reserved concurrency ${now.reservedConcurrency ?? "none"} instead of ${reservedConcurrency}`
      : "",
    now.mappingMaximum !== mappingMaximum
      ? `mapping's maximum ${now.mappingMaximum ?? "none"} instead of ${mappingMaximum}`
      : "",
    now.mappingEnabled !== mappingEnabled
      ? `the mapping is ${now.mappingEnabled ? "enabled" : "disabled"}`
      : "",
  ].filter((fault) => fault !== "");
  if (faults.length === 0) return `${lever}, and the function and its mapping are set to it`;
  throw new Error(
    `${lever} in the ledger, but ${faults.join(", ")}: gsc-sync --stage ${description.stage} lever --set ${lever} sets them again`,
  );
}

/**
 * What other functions reserve is gone, and Lambda keeps 100 (a small account: all it has) for those
 * that reserve nothing. The rest, with what the worker has, is what a lever can be set to.
 */
async function concurrencyText({ description, workers }: DeployedStage): Promise<string> {
  using client = disposable(new LambdaClient(awsClientOptions));
  const { AccountLimit } = await client.value.send(new GetAccountSettingsCommand({}));
  const limit = AccountLimit?.ConcurrentExecutions ?? 0;
  const unreserved = AccountLimit?.UnreservedConcurrentExecutions ?? 0;
  const figures = `the account runs ${limit} functions at once, ${unreserved} of them unreserved`;
  if (!description.worker.reserved) {
    return `${figures}; this stage reserves none: the ledger counts its workers`;
  }
  const now = await workers.read();
  const reservable = Math.max(unreserved - leastUnreserved + (now.reservedConcurrency ?? 0), 0);
  if (reservable >= highestLever) return figures;
  const fits =
    reservable === 0 ? "leaves nothing to reserve" : `lets the lever be ${reservable} at most`;
  throw new Error(
    `${figures}, which ${fits}: ask AWS for more, or set "reserveConcurrency": false in the stage's file and deploy`,
  );
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const leastUnreserved = 100;

/** The highest value of `lever --set`, and the lever at the end of a phased rollout. */
const highestLever = 5;

async function scheduleText(Name: string): Promise<string> {
  using client = disposable(new SchedulerClient(awsClientOptions));
  const { State, ScheduleExpression, ScheduleExpressionTimezone } = await client.value.send(
    new GetScheduleCommand({ Name }),
  );
  const when = `${ScheduleExpression ?? ""} ${ScheduleExpressionTimezone ?? ""}`.trim();
  if (State === "ENABLED") return when;
  throw new Error(`it is off (${when}): set nightly.enabled in the stage's file, and deploy`);
}

function topicArn(arn: string, name: string): string {
  const [, partition, , region, account] = arn.split(":");
  return `arn:${partition}:sns:${region}:${account}:${name}`;
}

async function subscribersText(TopicArn: string, severity: string): Promise<string> {
  using client = disposable(new SNSClient(awsClientOptions));
  const { Subscriptions = [] } = await client.value.send(
    new ListSubscriptionsByTopicCommand({ TopicArn }),
  );
  const confirmed = Subscriptions.filter(({ SubscriptionArn = "" }) =>
    SubscriptionArn.startsWith("arn:"),
  );
  if (confirmed.length > 0) return counted(confirmed.length, "subscriber");
  throw new Error(
    Subscriptions.length > 0
      ? `nobody has confirmed: ${counted(Subscriptions.length, "e-mail")} asks to`
      : `nobody gets it: name somebody under alarms.${severity} in the stage's file, and deploy`,
  );
}

async function alarmsText(AlarmNamePrefix: string): Promise<string> {
  using client = disposable(new CloudWatchClient(awsClientOptions));
  const { MetricAlarms = [], CompositeAlarms = [] } = await client.value.send(
    new DescribeAlarmsCommand({
      AlarmNamePrefix,
      AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
      MaxRecords: 100,
    }),
  );
  const all = [...MetricAlarms, ...CompositeAlarms];
  const ringing = all.filter(({ StateValue }) => StateValue === "ALARM");
  if (all.length === 0) throw new Error("there are none: deploy gsc-sync's observability stack");
  if (ringing.length === 0) return `${counted(all.length, "alarm")}, none in alarm`;
  throw new Error(
    `${ringing.map(({ AlarmName }) => AlarmName).join(", ")}: docs/runbook.md says what to do`,
  );
}

function lettersText(letters: number): string {
  if (letters === 0) return "none";
  throw new Error(`${counted(letters, "dead letter")}: gsc-sync dlq shows them`);
}

function disposable<Client extends { destroy(): void }>(client: Client) {
  return { value: client, [Symbol.dispose]: () => client.destroy() };
}
