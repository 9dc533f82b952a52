import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import { type NightPage, planNight } from "../../shared/sync/plan/plan-night.ts";
import { ledger, logger } from "../container.ts";
import { ListPropertiesEventSchema } from "../events.ts";
import { openRows } from "../open-rows.ts";
import { registry } from "../registry.ts";

/** First state of the nightly machine: the runs to start, a page of properties at a time. */
export const handler = middy<unknown, NightPage>()
  .use(injectLambdaContext(logger))
  .handler(async (event) => {
    const { night, after } = ListPropertiesEventSchema.parse(event);
    const properties = await registry.listProperties();
    const page = await planNight(
      { properties, night, after },
      {
        ledger,
        rows: await openRows(),
        nowMs: Date.now,
        skipped: (siteUrl, reason) => logger.info("property skipped", { siteUrl, reason }),
        failed: (siteUrl, error) =>
          logger.error("property not planned", { siteUrl, reason: String(error) }),
      },
    );
    logger.info("night planned", { night, after, runs: page.runs.length });
    return page;
  });
