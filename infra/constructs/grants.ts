import { ArnFormat, Stack as CdkStack } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { EventBus } from "aws-cdk-lib/aws-events";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { EventSourceMapping } from "aws-cdk-lib/aws-lambda";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { environmentNames, resourceNames, tableKeys } from "../../shared/config/names.ts";
import type { Stage } from "../stages/stages.ts";
import { acknowledgeWildcard } from "./nag-suppressions.ts";

// Each grant sets the permission and the environment variable together: a function that knows
// a resource may use it, and one that may use it knows it. The actions are those of the adapter that
// the function bundles; a test holds them equal.

/** The ledger's items, and its list of runs. */
export function grantLedger(fn: LambdaFunction, table: Table): void {
  allow(fn, table.tableArn, [
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
  ]);
  allow(fn, `${table.tableArn}/index/${tableKeys.ledger.runsIndex}`, ["dynamodb:Query"]);
  fn.addEnvironment(environmentNames.ledgerTable, table.tableName);
}

/** The registry's items, in the ledger's table: to be used beside `grantLedger`. */
export function grantRegistry(fn: LambdaFunction, table: Table): void {
  allow(fn, table.tableArn, [
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
  ]);
}

export function grantQuota(fn: LambdaFunction, table: Table): void {
  allow(fn, table.tableArn, ["dynamodb:GetItem", "dynamodb:UpdateItem"]);
  fn.addEnvironment(environmentNames.quotaTable, table.tableName);
}

/** The worker dead-letters by its own hand what it cannot understand. */
export function grantDeadLetters(fn: LambdaFunction, queue: IQueue): void {
  allow(fn, queue.queueArn, ["sqs:SendMessage"]);
  fn.addEnvironment(environmentNames.deadLetterQueueUrl, queue.queueUrl);
}

/** To publish events of units and runs, on the stage's own bus and no other. */
export function grantEvents(fn: LambdaFunction, bus: EventBus): void {
  allow(fn, bus.eventBusArn, ["events:PutEvents"]);
  fn.addEnvironment(environmentNames.eventBus, bus.eventBusName);
}

/** The credentials that properties are read with: the stage's secrets of accounts, made by hand. */
export function grantAccounts(fn: LambdaFunction, stage: Stage): void {
  const prefix = resourceNames(stage.name).accountSecrets;
  const secrets = CdkStack.of(fn).formatArn({
    service: "secretsmanager",
    resource: "secret",
    resourceName: `${prefix}*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  allow(fn, secrets, ["secretsmanager:GetSecretValue"]);
  acknowledgeWildcard(
    fn.role ?? fn,
    secrets,
    "A secret an account, made after the deploy; AWS adds random characters to each one's name.",
  );
  fn.addEnvironment(environmentNames.accountSecrets, prefix);
}

/** To ask whether an execution of the machine is running. */
export function grantExecutions(fn: LambdaFunction, machine: StateMachine): void {
  const executions = CdkStack.of(machine).formatArn({
    service: "states",
    resource: "execution",
    resourceName: `${machine.stateMachineName}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  allow(fn, executions, ["states:DescribeExecution"]);
  acknowledgeWildcard(
    fn.role ?? fn,
    executions,
    "The executions of one machine, each with a name of its own.",
  );
  fn.addEnvironment(environmentNames.stateMachineArn, machine.stateMachineArn);
}

/**
 * Messages come by the mapping, so there is no variable to set. It takes one message at a time. How
 * many at once, and whether at all, is the lever's to say: see `LeverControl`.
 */
export function grantBatches(fn: LambdaFunction, queue: IQueue): EventSourceMapping {
  allow(fn, queue.queueArn, ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]);
  const mapping = new EventSourceMapping(fn, "Batches", {
    target: fn,
    eventSourceArn: queue.queueArn,
    batchSize: 1,
    reportBatchItemFailures: true,
  });
  // AWS asks the role for permission when the mapping is made.
  if (fn.role !== undefined) mapping.node.addDependency(fn.role);
  return mapping;
}

/** To set what the lever is set on: the worker's reserved concurrency, and its mapping. */
export function grantWorkerLimits(
  fn: LambdaFunction,
  {
    stage,
    worker,
    mapping,
  }: {
    readonly stage: Stage;
    readonly worker: LambdaFunction;
    readonly mapping: EventSourceMapping;
  },
): void {
  allow(fn, worker.functionArn, [
    "lambda:DeleteFunctionConcurrency",
    "lambda:GetFunctionConcurrency",
    "lambda:PutFunctionConcurrency",
  ]);
  allow(fn, mapping.eventSourceMappingArn, [
    "lambda:GetEventSourceMapping",
    "lambda:UpdateEventSourceMapping",
  ]);
  fn.addEnvironment(environmentNames.workerFunction, worker.functionName);
  fn.addEnvironment(environmentNames.workerMapping, mapping.eventSourceMappingId);
  if (!stage.reserveConcurrency) fn.addEnvironment(environmentNames.countTakes, "1");
}

/** Exactly these actions, on exactly this. */
export function allow(fn: LambdaFunction, resource: string, actions: readonly string[]): void {
  fn.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [resource] }));
}
