import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import { parseJson } from "../../shared/lib/parse-json.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { runIdOf } from "../../shared/request/run-request.ts";
import { haltJustLostRun } from "../../shared/sync/end/lost-run.ts";
import { ledger, logger, telemetry } from "../container.ts";
import { eventBus } from "../event-bus.ts";
import { ExecutionEndedEventSchema } from "../events.ts";

/** An execution of the sync machine was aborted, failed or timed out: its run is halted. */
export const handler = middy<unknown, { readonly outcome: string }>()
  .use(injectLambdaContext(logger))
  .handler(async (event) => {
    const { name, status, input, cause } = ExecutionEndedEventSchema.parse(event).detail;
    const runId = runIdOf(parseJson(input ?? "")) ?? name;
    const what = `its execution ${name} ${whatHappened[status]}${cause ? `: ${cause}` : ""}`;
    const outcome = await haltJustLostRun(
      {
        runId,
        execution: name,
        reason: `${what}; go on with: gsc-sync resume ${runId}`,
      },
      {
        ledger,
        eventBus,
        clock: systemClock,
        ended: (run) => {
          telemetry.runEnded(run, 0);
          telemetry.executionEnded(run.status);
        },
      },
    );
    logger.info("execution ended", { runId, execution: name, executionStatus: status, outcome });
    return { outcome };
  });

const whatHappened = {
  ABORTED: "was stopped",
  FAILED: "failed",
  TIMED_OUT: "timed out",
} as const;
