import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import { planSync } from "../shared/plan/plan-sync.ts";
import type { RunRequestInput } from "../shared/plan/run-request.ts";
import { ledger, logger, openRows, registry } from "./container.ts";

/** What a nightly sync starts: the requests of each registered property that there is work for. */
export const handler = middy<unknown, { readonly requests: readonly RunRequestInput[] }>()
  .use(injectLambdaContext(logger))
  .handler(async () => {
    const rows = await openRows();
    const requests: RunRequestInput[] = [];
    for (const property of await registry.listProperties()) {
      const { siteUrl } = property;
      try {
        const plan = await planSync(property, { rows, ledger }, Date.now());
        if (plan.kind === "run") requests.push(...plan.requests);
        else logger.info("property skipped", { siteUrl, reason: plan.reason });
      } catch (error) {
        // One property stops no other.
        logger.error("property not planned", { siteUrl, error: asError(error) });
      }
    }
    return { requests };
  });

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
