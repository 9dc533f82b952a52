import { ListStacksCommand } from "@aws-sdk/client-cloudformation";
import { DescribeAlarmsCommand, GetDashboardCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ListEventBusesCommand, ListRulesCommand } from "@aws-sdk/client-eventbridge";
import { ListRolesCommand } from "@aws-sdk/client-iam";
import { ListEventSourceMappingsCommand, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListSchedulesCommand } from "@aws-sdk/client-scheduler";
import { ListStateMachinesCommand } from "@aws-sdk/client-sfn";
import { ListTopicsCommand } from "@aws-sdk/client-sns";
import { ListQueuesCommand } from "@aws-sdk/client-sqs";
import type { Clients } from "./clients.ts";
import { names } from "./deployed-stage.ts";

/** All that there is in the account, by kind, less what AWS and CDK's bootstrap have there. */
export async function leftovers(clients: Clients): Promise<Readonly<Record<string, string[]>>> {
  const listed = {
    stacks: (await clients.cloudFormation.send(new ListStacksCommand({}))).StackSummaries?.filter(
      ({ StackStatus }) => StackStatus !== "DELETE_COMPLETE",
    ).map(({ StackName }) => StackName),
    tables: (await clients.dynamo.send(new ListTablesCommand({}))).TableNames,
    queues: (await clients.sqs.send(new ListQueuesCommand({}))).QueueUrls,
    functions: (await clients.lambda.send(new ListFunctionsCommand({}))).Functions?.map(
      ({ FunctionName }) => FunctionName,
    ),
    mappings: (
      await clients.lambda.send(new ListEventSourceMappingsCommand({}))
    ).EventSourceMappings?.map(({ UUID }) => UUID),
    stateMachines: (await clients.sfn.send(new ListStateMachinesCommand({}))).stateMachines?.map(
      ({ name }) => name,
    ),
    schedules: (await clients.scheduler.send(new ListSchedulesCommand({}))).Schedules?.map(
      ({ Name }) => Name,
    ),
    rules: (await clients.events.send(new ListRulesCommand({}))).Rules?.map(({ Name }) => Name),
    buses: (await clients.events.send(new ListEventBusesCommand({}))).EventBuses?.map(
      ({ Name }) => Name,
    ),
    logGroups: (await clients.logs.send(new DescribeLogGroupsCommand({}))).logGroups?.map(
      ({ logGroupName }) => logGroupName,
    ),
    roles: (await clients.iam.send(new ListRolesCommand({}))).Roles?.map(
      ({ RoleName }) => RoleName,
    ),
    alarms: (await clients.cloudWatch.send(new DescribeAlarmsCommand({}))).MetricAlarms?.map(
      ({ AlarmName }) => AlarmName,
    ),
    dashboards: await dashboards(clients),
    topics: (await clients.sns.send(new ListTopicsCommand({}))).Topics?.map(
      ({ TopicArn }) => TopicArn,
    ),
  };
  return Object.fromEntries(
    Object.entries(listed).map(([kind, found = []]) => [
      kind,
      found.flatMap((name) => (name === undefined || notOurs.test(name) ? [] : [name])),
    ]),
  );
}

/** Ours by its name: the emulator's list of dashboards is one that the SDK cannot read. */
async function dashboards({ cloudWatch }: Clients): Promise<string[]> {
  try {
    await cloudWatch.send(new GetDashboardCommand({ DashboardName: names.dashboard }));
    return [names.dashboard];
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFound") return [];
    throw error;
  }
}

const notOurs = /^(default|CDKToolkit|cdk-hnb659fds-.*|AWSServiceRoleFor.*)$/;
