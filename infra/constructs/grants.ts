import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { EventBus } from "aws-cdk-lib/aws-events";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { environmentNames } from "../../shared/config/names.ts";

// Each grant sets the permission and the environment variable together: a function that is told of
// a resource may use it, and one that may use it is told.

const tableActions = [
  "dynamodb:GetItem",
  "dynamodb:BatchGetItem",
  "dynamodb:Query",
  "dynamodb:PutItem",
  "dynamodb:UpdateItem",
  "dynamodb:DeleteItem",
  "dynamodb:BatchWriteItem",
];

export function grantLedger(fn: LambdaFunction, table: Table): void {
  table.grant(fn, ...tableActions);
  fn.addEnvironment(environmentNames.ledgerTable, table.tableName);
}

export function grantQuota(fn: LambdaFunction, table: Table): void {
  table.grant(fn, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem");
  fn.addEnvironment(environmentNames.quotaTable, table.tableName);
}

/**
 * The URL is resolved when the stack is deployed, so the function needs no permission on the
 * secret; whoever may read the function's configuration reads the URL with it.
 */
export function grantRows(fn: LambdaFunction, postgresUrl: ISecret): void {
  fn.addEnvironment(environmentNames.postgresUrl, postgresUrl.secretValue.unsafeUnwrap());
}

/** The worker dead-letters by its own hand what it cannot understand. */
export function grantDeadLetters(fn: LambdaFunction, queue: IQueue): void {
  queue.grantSendMessages(fn);
  fn.addEnvironment(environmentNames.deadLetterQueueUrl, queue.queueUrl);
}

/** To tell of units and runs, on the stage's own bus and no other. */
export function grantEvents(fn: LambdaFunction, bus: EventBus): void {
  fn.addToRolePolicy(
    new PolicyStatement({ actions: ["events:PutEvents"], resources: [bus.eventBusArn] }),
  );
  fn.addEnvironment(environmentNames.eventBus, bus.eventBusName);
}

/**
 * Messages come by the mapping, so there is no variable to set. The mapping takes one message at a time, and no more at once than may run: pollers know nothing
 * of reserved concurrency, and a throttled receive counts as one. AWS allows no maximum below 2.
 */
export function grantBatches(fn: LambdaFunction, queue: IQueue, lever: number): void {
  queue.grantConsumeMessages(fn);
  fn.addEventSource(
    new SqsEventSource(queue, {
      batchSize: 1,
      reportBatchItemFailures: true,
      maxConcurrency: Math.max(2, lever),
      enabled: lever > 0,
    }),
  );
}
