import { DescribeExecutionCommand, type SFNClient } from "@aws-sdk/client-sfn";
import type { Execution } from "./executions.ts";

/** The ARN of a state machine's execution, by its name. */
export function executionArn(stateMachineArn: string, name: string): string {
  return `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${name}`;
}

/** The machine's execution of that name; undefined when there is none. */
export async function describeExecution(
  client: SFNClient,
  stateMachineArn: string,
  name: string,
): Promise<Execution | undefined> {
  try {
    const {
      status = "RUNNING",
      error,
      cause,
    } = await client.send(
      new DescribeExecutionCommand({ executionArn: executionArn(stateMachineArn, name) }),
    );
    return { status, error, cause };
  } catch (error) {
    if (error instanceof Error && error.name === "ExecutionDoesNotExist") return undefined;
    throw error;
  }
}
