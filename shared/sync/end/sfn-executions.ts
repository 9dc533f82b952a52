import { type SFNClient, StartExecutionCommand, StopExecutionCommand } from "@aws-sdk/client-sfn";
import type { Executions } from "./executions.ts";
import { describeExecution, executionArn } from "./sfn-describe-execution.ts";

/** The executions of a state machine, through Step Functions' API. Throws what the API refuses. */
export function sfnExecutions(client: SFNClient, stateMachineArn: string): Executions {
  return {
    async start(name, input) {
      await client.send(
        new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
      );
    },
    describe: (name) => describeExecution(client, stateMachineArn, name),
    async stop(name, cause) {
      const arn = executionArn(stateMachineArn, name);
      await client.send(new StopExecutionCommand({ executionArn: arn, cause }));
    },
  };
}
