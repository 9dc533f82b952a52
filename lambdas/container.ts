import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { readHandlerEnvironment } from "../shared/config/environment.ts";
import { metricsNamespace } from "../shared/config/names.ts";
import { dynamoLedger } from "../shared/ledger/dynamo-ledger.ts";
import type { Run } from "../shared/ledger/run.ts";
import { createDynamoQuota } from "../shared/quota/dynamo-quota.ts";
import type { QuotaScope } from "../shared/quota/quota.ts";
import type { QuotaSettings } from "../shared/quota/quota-settings.ts";
import { quotaScopes } from "../shared/quota/scopes.ts";
import { dynamoRegistry } from "../shared/registry/dynamo-registry.ts";
import { openRowStore } from "../shared/rows/postgres-or-dynamo-rows.ts";
import type { RowStore } from "../shared/rows/row-store.ts";
import { emfTelemetry } from "../shared/telemetry/emf-telemetry.ts";

/** What every handler is built from; made once a process. */
export const environment = readHandlerEnvironment();

/** A store that does not answer is a fault, not a reason to hang. */
export const clientPatience = {
  requestHandler: {
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    throwOnRequestTimeout: true,
  },
} as const;

export const documents = DynamoDBDocumentClient.from(new DynamoDBClient(clientPatience));

export const ledger = dynamoLedger(documents, {
  table: environment.ledgerTable,
  defaults: { lever: environment.lever },
});

export const registry = dynamoRegistry(documents, { table: environment.ledgerTable });

export const quota = createDynamoQuota({
  documents,
  tableName: environment.quotaTable,
  now: Date.now,
  random: Math.random,
});

/** The scopes that a run's requests count in. */
export function scopesOf(run: Run, settings: QuotaSettings): readonly QuotaScope[] {
  const { siteUrl, accountId, qpm } = run;
  const owners = { siteUrl, accountId, projectId: environment.stage, qpm: qpm ?? undefined };
  return quotaScopes(owners, settings);
}

let opening: Promise<RowStore> | undefined;

/** The row store, opened at the first call; a failed opening is tried again at the next. */
export function openRows(): Promise<RowStore> {
  opening ??= openRowStore(environment.rows, documents).catch((error: unknown) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

export const logger = new Logger({ serviceName: "gsc-sync" });

export const metrics = new Metrics({
  namespace: metricsNamespace,
  serviceName: "gsc-sync",
  defaultDimensions: { stage: environment.stage },
});

export const telemetry = emfTelemetry(metrics);
