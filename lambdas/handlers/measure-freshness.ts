import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import { type Freshness, measureFreshness } from "../../shared/operations/freshness/freshness.ts";
import type { FreshnessFigures } from "../../shared/telemetry/telemetry.ts";
import { freshnessDays } from "../../shared/telemetry/thresholds.ts";
import { logger, telemetry } from "../container.ts";
import { openRows } from "../open-rows.ts";
import { registry } from "../registry.ts";

/** Every hour: how far behind the stored days are, whatever the syncs say of themselves. */
export const handler = middy<unknown, FreshnessFigures>()
  .use(injectLambdaContext(logger))
  .handler(async () => {
    const rows = await openRows();
    const properties = await registry.listProperties();
    const measured: Freshness[] = [];
    for (const property of properties.filter(({ status }) => status === "active")) {
      measured.push(...(await measureFreshness(property, rows, Date.now())));
    }
    const stale = measured.filter(({ lagDays }) => lagDays >= freshnessDays.warn);
    for (const report of stale) logger.warn("report is stale", { ...report });
    const figures = {
      lagDays: Math.max(0, ...measured.map(({ lagDays }) => lagDays)),
      staleReports: stale.length,
      quarantinedProperties: properties.filter(({ status }) => status === "quarantined").length,
    };
    telemetry.freshness(figures);
    return figures;
  });
