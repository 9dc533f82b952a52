import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import { type ClosedRun, closeRun } from "../shared/ledger/close-run.ts";
import { ledger, logger, openRows, telemetry } from "./container.ts";
import { FinishRunEventSchema } from "./events.ts";

/** Last state of the sync machine, whichever way it came there. */
export const handler = middy<unknown, ClosedRun>()
  .use(injectLambdaContext(logger))
  .handler(async (event) => {
    const input = FinishRunEventSchema.parse(event);
    const rows = await openRows();
    const closed = await closeRun(input, {
      ledger,
      rows,
      nowMs: Date.now,
      ended: (run, failedUnits) => telemetry.runEnded(run, failedUnits),
    });
    logger.info("run ended", { ...closed });
    return closed;
  });
