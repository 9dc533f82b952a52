import { App, Stack } from "aws-cdk-lib";
import { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { CfnStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import { type FunctionName, resourceNames } from "../../shared/config/names.ts";
import { stateMachineDefinition } from "./state-machine-definition.ts";
import { SyncStateMachine } from "./sync-state-machine.ts";

// A program: prints, as JSON, the definition that CDK synthesises for the sync state machine. The
// construct is the pipeline's; functions and queue are stand-ins, so nothing is bundled. Only the
// definition is resolved: synthesising the whole stack takes twice as long, and somebody waits.

const region = "us-east-1";
const account = "000000000000";
const names = resourceNames("local");

const stack = new Stack(new App({ analyticsReporting: false }), "local");
const { stateMachine } = new SyncStateMachine(stack, "Sync", {
  planRun: lambdaStandIn(stack, "plan-run"),
  dispatchBatches: lambdaStandIn(stack, "dispatch-batches"),
  finishRun: lambdaStandIn(stack, "finish-run"),
  batchQueue: Queue.fromQueueAttributes(stack, "Batches", {
    queueArn: `arn:aws:sqs:${region}:${account}:${names.batchQueue}`,
    queueUrl: `https://sqs.${region}.amazonaws.com/${account}/${names.batchQueue}`,
  }),
  stateMachineName: names.stateMachine,
  logGroup: LogGroup.fromLogGroupName(stack, "Logs", names.stateMachine),
});
const resource = stateMachine.node.defaultChild;
if (!CfnStateMachine.isCfnStateMachine(resource)) throw new Error("the state machine is missing");
const definition = stateMachineDefinition(stack.resolve(resource.definitionString), {
  "AWS::Partition": "aws",
  "AWS::Region": region,
  "AWS::AccountId": account,
});
process.stdout.write(`${JSON.stringify(definition, null, 2)}\n`);

function lambdaStandIn(scope: Construct, name: FunctionName) {
  const functionName = names.lambdaFunction(name);
  const arn = `arn:aws:lambda:${region}:${account}:function:${functionName}`;
  return LambdaFunction.fromFunctionArn(scope, name, arn);
}
