import {
  DescribeEventBusCommand,
  DescribeRuleCommand,
  ListTargetsByRuleCommand,
} from "@aws-sdk/client-eventbridge";
import { GetScheduleCommand } from "@aws-sdk/client-scheduler";
import { DescribeStateMachineCommand } from "@aws-sdk/client-sfn";
import type { Reader } from "./readers.ts";

export const readStateMachine: Reader = async ({ sfn }, { physicalId: stateMachineArn }) => {
  const found = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
  return {
    StateMachineName: found.name,
    StateMachineType: found.type,
    RoleArn: found.roleArn,
    DefinitionString: found.definition,
    LoggingConfiguration: {
      Level: found.loggingConfiguration?.level,
      IncludeExecutionData: found.loggingConfiguration?.includeExecutionData,
      Destinations: found.loggingConfiguration?.destinations?.map(({ cloudWatchLogsLogGroup }) => ({
        CloudWatchLogsLogGroup: { LogGroupArn: cloudWatchLogsLogGroup?.logGroupArn },
      })),
    },
    TracingConfiguration: { Enabled: found.tracingConfiguration?.enabled ?? false },
  };
};

export const readSchedule: Reader = async ({ scheduler }, { physicalId: Name }) => ({
  ...(await scheduler.send(new GetScheduleCommand({ Name }))),
});

export const readRule: Reader = async ({ events }, { physicalId: Name }) => {
  const [found, { Targets }] = await Promise.all([
    events.send(new DescribeRuleCommand({ Name })),
    events.send(new ListTargetsByRuleCommand({ Rule: Name })),
  ]);
  const { Description, EventPattern, ScheduleExpression, State } = found;
  const pattern = EventPattern === undefined ? {} : { EventPattern: JSON.parse(EventPattern) };
  return { Description, ...pattern, ScheduleExpression, State, Targets };
};

export const readEventBus: Reader = async ({ events }, { physicalId: Name }) => ({
  Name: (await events.send(new DescribeEventBusCommand({ Name }))).Name,
});
