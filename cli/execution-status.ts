import { DescribeExecutionCommand } from "@aws-sdk/client-sfn";
import { executionArn } from "./execution-arn.ts";
import type { OpenStage } from "./open-stage.ts";

/** Whether an execution of the sync machine goes on; one that nobody knows does not. */
export async function isExecutionRunning(stage: OpenStage, execution: string): Promise<boolean> {
  try {
    const { status } = await stage.executions.send(
      new DescribeExecutionCommand({
        executionArn: executionArn(stage.stateMachineArn, execution),
      }),
    );
    return status === "RUNNING";
  } catch (error) {
    if (error instanceof Error && error.name === "ExecutionDoesNotExist") return false;
    throw error;
  }
}
