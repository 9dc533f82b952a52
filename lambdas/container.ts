import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { readHandlerEnvironment } from "../shared/config/environment.ts";
import { metricsNamespace, serviceName } from "../shared/config/names.ts";
import { dynamoLedger } from "../shared/ledger/dynamo-ledger.ts";
import { documentsOf } from "../shared/lib/dynamo-documents.ts";
import { emfTelemetry } from "../shared/telemetry/emf-telemetry.ts";
import { clientTimeouts } from "./client-timeouts.ts";

// What every handler is built from, made once a process. What only some need stands in files of its
// own, so that the others neither load it nor are permitted what it does.

export const environment = readHandlerEnvironment();

export const documents = documentsOf(new DynamoDBClient(clientTimeouts));

export const ledger = dynamoLedger(documents, {
  table: environment.ledgerTable,
  defaults: environment.settings,
});

export const logger = new Logger({ serviceName });

export const metrics = new Metrics({
  namespace: metricsNamespace,
  serviceName,
  defaultDimensions: { stage: environment.stage },
});

export const telemetry = emfTelemetry(metrics);
