import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { quotaOutlook } from "../../shared/quota/quota-outlook.ts";
import {
  type DispatchResult,
  dispatchBatches,
} from "../../shared/sync/dispatch/dispatch-batches.ts";
import { ledger, logger, telemetry } from "../container.ts";
import { DispatchBatchesEventSchema } from "../events.ts";
import { quota, scopesOf } from "../quota.ts";
import { signers } from "../signers.ts";

/** The loop of the sync machine: which batches to send, how long to wait, or that it is done. */
export const handler = middy<unknown, DispatchResult>()
  .use(injectLambdaContext(logger))
  .handler(async (event) => {
    const input = DispatchBatchesEventSchema.parse(event);
    return dispatchBatches(input, {
      ledger,
      clock: systemClock,
      outlook: async (run, settings) =>
        quotaOutlook(quota, scopesOf(run, settings, await signers.read())),
      observe: (run, expiredLeases) => telemetry.queue(run, expiredLeases),
    });
  });
