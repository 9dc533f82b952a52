import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { SFNClient } from "@aws-sdk/client-sfn";
import middy from "@middy/core";
import { neededVariable } from "../../shared/config/environment.ts";
import { environmentNames } from "../../shared/config/names.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { isExecutionRunning } from "../../shared/sync/end/executions.ts";
import { isStarting, reconcileRuns } from "../../shared/sync/end/reconcile-runs.ts";
import { describeExecution } from "../../shared/sync/end/sfn-describe-execution.ts";
import { clientTimeouts } from "../client-timeouts.ts";
import { environment, ledger, logger, telemetry } from "../container.ts";
import { eventBus } from "../event-bus.ts";

const stateMachineArn = neededVariable(
  environment.stateMachineArn,
  environmentNames.stateMachineArn,
);
const client = new SFNClient(clientTimeouts);
const executions = {
  describe: (name: string) => describeExecution(client, stateMachineArn, name),
};

/** Every five minutes: halts the runs whose execution is gone, and publishes ends that are not published. */
export const handler = middy<unknown, { readonly lost: readonly string[] }>()
  .use(injectLambdaContext(logger))
  .handler(async () => {
    const lost = await reconcileRuns({
      ledger,
      eventBus,
      isWorkedOn: async (run) =>
        isStarting(run, systemClock.nowMs()) ||
        (await isExecutionRunning(executions, run.execution)) ||
        // It may still be trying to start the successor that it has named.
        (run.predecessor !== null && (await isExecutionRunning(executions, run.predecessor))),
      reason: ({ runId, execution }) =>
        `its execution ${execution} is gone; go on with: gsc-sync resume ${runId}`,
      ended: (run) => telemetry.executionEnded(run.status),
    });
    telemetry.runsLost(lost.length);
    if (lost.length > 0) logger.warn("runs without an execution were halted", { lost });
    return { lost };
  });
