import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { DescribeExecutionCommand, SFNClient } from "@aws-sdk/client-sfn";
import middy from "@middy/core";
import { neededVariable } from "../shared/config/environment.ts";
import { environmentNames } from "../shared/config/names.ts";
import { systemClock } from "../shared/fetch/system-clock.ts";
import { isStarting, reconcileRuns } from "../shared/ledger/reconcile-runs.ts";
import { clientPatience } from "./client-patience.ts";
import { environment, ledger, logger, telemetry } from "./container.ts";
import { eventBus } from "./event-bus.ts";

const stateMachineArn = neededVariable(
  environment.stateMachineArn,
  environmentNames.stateMachineArn,
);
const executions = new SFNClient(clientPatience);

/** Every five minutes: runs whose execution is gone, and of which nobody was told, are halted. */
export const handler = middy<unknown, { readonly lost: readonly string[] }>()
  .use(injectLambdaContext(logger))
  .handler(async () => {
    const lost = await reconcileRuns({
      ledger,
      eventBus,
      isCarried: async (run) =>
        isStarting(run, systemClock.nowMs()) ||
        (await isRunning(run.execution)) ||
        // It may still be trying to start the successor that it has named.
        (run.predecessor !== null && (await isRunning(run.predecessor))),
      reason: ({ runId, execution }) =>
        `its execution ${execution} is gone; go on with: gsc-sync resume ${runId}`,
      ended: (run) => telemetry.executionEnded(run.status),
    });
    telemetry.runsLost(lost.length);
    if (lost.length > 0) logger.warn("runs without an execution were halted", { lost });
    return { lost };
  });

async function isRunning(executionName: string): Promise<boolean> {
  const executionArn = `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${executionName}`;
  try {
    const { status } = await executions.send(new DescribeExecutionCommand({ executionArn }));
    return status === "RUNNING";
  } catch (error) {
    if (error instanceof Error && error.name === "ExecutionDoesNotExist") return false;
    throw error;
  }
}
