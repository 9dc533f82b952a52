import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import { type ClosedRun, closeRun } from "../../shared/sync/end/close-run.ts";
import { ledger, logger, telemetry } from "../container.ts";
import { eventBus } from "../event-bus.ts";
import { FinishRunEventSchema } from "../events.ts";
import { openRows } from "../open-rows.ts";

/** Last state of the sync machine, whichever way it came there. */
export const handler = middy<unknown, ClosedRun>()
  .use(injectLambdaContext(logger))
  .handler(async (event) => {
    const input = FinishRunEventSchema.parse(event);
    const closed = await closeRun(input, {
      ledger,
      eventBus,
      nowMs: Date.now,
      ended: (run, failedUnits) => telemetry.runEnded(run, failedUnits),
    });
    if (closed.status !== "superseded") telemetry.executionEnded(closed.status);
    logger.info("run ended", { ...closed });
    await sweep();
    return closed;
  });

/** The run has ended, whatever becomes of this: what is not swept now is swept by the next run. */
async function sweep(): Promise<void> {
  try {
    const rows = await openRows();
    const swept = await rows.sweepGenerations(Date.now());
    logger.info("generations swept", { swept });
  } catch (error) {
    logger.warn("generations not swept", { error: String(error) });
  }
}
