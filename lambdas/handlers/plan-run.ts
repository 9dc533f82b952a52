import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import { type PlannedRun, planRun } from "../../shared/sync/plan/plan-run.ts";
import { ledger, logger } from "../container.ts";
import { PlanRunEventSchema } from "../events.ts";
import { openRows } from "../open-rows.ts";

/** First state of the sync machine: a request becomes a run with its batches. */
export const handler = middy<unknown, PlannedRun>()
  .use(injectLambdaContext(logger))
  .handler(async (event) => {
    const input = PlanRunEventSchema.parse(event);
    const rows = await openRows();
    const planned = await planRun(input, { ledger, rows, nowMs: Date.now });
    logger.info("run planned", planned);
    return planned;
  });
