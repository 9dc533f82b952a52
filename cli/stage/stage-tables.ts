import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { dynamoLedger } from "../../shared/ledger/dynamo-ledger.ts";
import type { Settings } from "../../shared/ledger/settings.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { dynamoLoans } from "../../shared/operations/loan/dynamo-loans.ts";
import { dynamoQuota } from "../../shared/quota/dynamo-quota.ts";
import { listQuotaScopes } from "../../shared/quota/dynamo-quota-list.ts";
import { dynamoRegistry } from "../../shared/registry/dynamo-registry.ts";
import type { StageTables } from "./stage.ts";

/** Opens a stage's tables. */
export function openTables(
  documents: DynamoDBDocumentClient,
  tables: {
    readonly ledgerTable: string;
    readonly quotaTable: string;
    readonly defaults: Settings;
  },
): StageTables {
  const { ledgerTable, quotaTable, defaults } = tables;
  return {
    ledger: dynamoLedger(documents, { table: ledgerTable, defaults }),
    quota: dynamoQuota({
      documents,
      tableName: quotaTable,
      clock: systemClock,
    }),
    registry: dynamoRegistry(documents, { table: ledgerTable }),
    loans: dynamoLoans(documents, { table: ledgerTable }),
    quotaScopes: (nowMs) => listQuotaScopes(documents, quotaTable, nowMs),
  };
}
