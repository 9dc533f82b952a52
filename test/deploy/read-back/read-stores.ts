import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import type { Reader } from "./readers.ts";

export const readTable: Reader = async ({ dynamo }, { physicalId: TableName }) => {
  const [{ Table }, { ContinuousBackupsDescription: backups }, { TimeToLiveDescription: ttl }] =
    await Promise.all([
      dynamo.send(new DescribeTableCommand({ TableName })),
      dynamo.send(new DescribeContinuousBackupsCommand({ TableName })),
      dynamo.send(new DescribeTimeToLiveCommand({ TableName })),
    ]);
  const recovery = backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
  return {
    TableName: Table?.TableName,
    AttributeDefinitions: Table?.AttributeDefinitions,
    KeySchema: Table?.KeySchema,
    BillingMode: Table?.BillingModeSummary?.BillingMode,
    DeletionProtectionEnabled: Table?.DeletionProtectionEnabled,
    GlobalSecondaryIndexes: Table?.GlobalSecondaryIndexes?.map(
      ({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection }),
    ),
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: recovery === "ENABLED" },
    TimeToLiveSpecification: {
      AttributeName: ttl?.AttributeName,
      Enabled: ttl?.TimeToLiveStatus === "ENABLED",
    },
  };
};

export const readQueue: Reader = async ({ sqs }, { physicalId: QueueUrl }) => {
  const { Attributes: found = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
  );
  return {
    QueueName: QueueUrl.split("/").at(-1),
    MessageRetentionPeriod: Number(found.MessageRetentionPeriod),
    ReceiveMessageWaitTimeSeconds: Number(found.ReceiveMessageWaitTimeSeconds),
    VisibilityTimeout: Number(found.VisibilityTimeout),
    SqsManagedSseEnabled: found.SqsManagedSseEnabled === "true",
    RedrivePolicy: found.RedrivePolicy === undefined ? undefined : JSON.parse(found.RedrivePolicy),
  };
};

export const readQueuePolicy: Reader = async ({ sqs }, { wanted: { Queues } }) => {
  const [QueueUrl] = Array.isArray(Queues) ? Queues : [];
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy"] }),
  );
  return { Queues: [QueueUrl], PolicyDocument: JSON.parse(Attributes?.Policy ?? "null") };
};

export const readLogGroup: Reader = async ({ logs }, { physicalId }) => {
  const { logGroups } = await logs.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: physicalId }),
  );
  const found = logGroups?.find(({ logGroupName }) => logGroupName === physicalId);
  return { LogGroupName: found?.logGroupName, RetentionInDays: found?.retentionInDays };
};

export const readParameter: Reader = async ({ ssm }, { physicalId: Name, wanted }) => {
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
  // Its description is told by no call that reads one parameter.
  return { ...Parameter, Description: wanted.Description };
};
