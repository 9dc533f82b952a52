import { DescribeExecutionCommand, type DescribeExecutionCommandOutput } from "@aws-sdk/client-sfn";
import { executionArn } from "./execution-arn.ts";
import type { OpenStage } from "./open-stage.ts";

type Executions = Pick<OpenStage, "executions" | "stateMachineArn">;

/** False also when there is none of that name. */
export async function isExecutionRunning(stage: Executions, name: string): Promise<boolean> {
  return (await describeExecution(stage, name))?.status === "RUNNING";
}

/** The sync machine's execution of that name; undefined when there is none. */
export async function describeExecution(
  stage: Executions,
  name: string,
): Promise<DescribeExecutionCommandOutput | undefined> {
  try {
    return await stage.executions.send(
      new DescribeExecutionCommand({ executionArn: executionArn(stage.stateMachineArn, name) }),
    );
  } catch (error) {
    if (error instanceof Error && error.name === "ExecutionDoesNotExist") return undefined;
    throw error;
  }
}
