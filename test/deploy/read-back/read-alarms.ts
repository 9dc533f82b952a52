import { DescribeAlarmsCommand, GetDashboardCommand } from "@aws-sdk/client-cloudwatch";
import { GetTopicAttributesCommand } from "@aws-sdk/client-sns";
import type { Reader } from "./readers.ts";

export const readAlarm: Reader = async ({ cloudWatch }, { physicalId }) => {
  const { MetricAlarms } = await cloudWatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [physicalId] }),
  );
  return { ...MetricAlarms?.[0] };
};

export const readDashboard: Reader = async ({ cloudWatch }, { physicalId: DashboardName }) => ({
  ...(await cloudWatch.send(new GetDashboardCommand({ DashboardName }))),
});

export const readTopic: Reader = async ({ sns }, { physicalId: TopicArn }) => {
  const { Attributes = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
  return {
    TopicName: Attributes.TopicArn?.split(":").at(-1),
    KmsMasterKeyId: Attributes.KmsMasterKeyId,
  };
};

export const readTopicPolicy: Reader = async ({ sns }, { wanted: { Topics } }) => {
  const [TopicArn] = Array.isArray(Topics) ? Topics : [];
  const { Attributes = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
  return { Topics: [TopicArn], PolicyDocument: JSON.parse(Attributes.Policy ?? "null") };
};
