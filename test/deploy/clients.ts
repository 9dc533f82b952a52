import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type Ministack, region } from "./ministack.ts";

export type Clients = ReturnType<typeof openClients>;

/** Clients of the emulator, as its account's root. */
export function openClients(ministack: Ministack) {
  const options = {
    ...clientOptions(ministack),
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  const dynamo = new DynamoDBClient(options);
  return {
    cloudFormation: new CloudFormationClient(options),
    cloudWatch: new CloudWatchClient(options),
    logs: new CloudWatchLogsClient(options),
    dynamo,
    documents: DynamoDBDocumentClient.from(dynamo),
    events: new EventBridgeClient(options),
    iam: new IAMClient(options),
    lambda: new LambdaClient(options),
    scheduler: new SchedulerClient(options),
    sfn: new SFNClient(options),
    sns: new SNSClient(options),
    sqs: new SQSClient(options),
    ssm: new SSMClient(options),
  };
}

export function closeClients({ documents: _, ...clients }: Clients): void {
  for (const client of Object.values(clients)) client.destroy();
}

export function clientOptions({ endpoint, authority }: Ministack) {
  const requestHandler = { httpsAgent: { ca: authority }, requestTimeout: 30_000 };
  return { endpoint, region, requestHandler };
}
