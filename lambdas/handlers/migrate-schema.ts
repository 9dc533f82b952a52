import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import middy from "@middy/core";
import { readRowsPlace } from "../../shared/config/environment.ts";
import { documentsOf } from "../../shared/lib/dynamo-documents.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { migrateRows } from "../../shared/rows/open-row-store.ts";
import { resolvedPlace } from "../../shared/rows/resolve-rows-place.ts";
import { untilAvailable } from "../../shared/rows/until-available.ts";
import { MigrateSchemaEventSchema } from "../events.ts";
import { readSecret } from "../secrets.ts";

const place = readRowsPlace();
const documents = documentsOf(new DynamoDBClient());
const logger = new Logger({ serviceName: "gsc-sync" });

/** A cluster that was made a moment ago, or has slept, takes no connections yet. */
const timeoutMs = 240_000;

/**
 * A custom resource's handler, behind CDK's provider framework: each deploy brings the row store's
 * schema up to date before the functions that need it. Removing the resource removes no rows.
 */
export const handler = middy<unknown, { readonly PhysicalResourceId: string }>()
  .use(injectLambdaContext(logger))
  .handler(async (event) => {
    const { RequestType, ResourceProperties } = MigrateSchemaEventSchema.parse(event);
    if (RequestType !== "Delete") {
      const migrate = async () =>
        migrateRows(await resolvedPlace(place, readSecret), documents, ResourceProperties.dsqlRole);
      await untilAvailable(migrate, systemClock, timeoutMs);
      logger.info("schema is current", { store: place.kind });
    }
    return { PhysicalResourceId: `row-store-schema-${place.kind}` };
  });
