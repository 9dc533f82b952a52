import { setTimeout as sleep } from "node:timers/promises";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { RowsPlace } from "../config/rows-place.ts";
import type { DsqlRole } from "./dsql-role.ts";
import { openDynamoRowStore } from "./dynamo-row-store.ts";
import type { RowStore } from "./row-store.ts";

/**
 * Opens the row store of a place. Clients are loaded when they are asked for: a stage on DynamoDB never
 * loads another. `migrated`: a Postgres is refused unless its schema is current, instead of
 * migrated here. DynamoDB's every handler has; loading it late as well would keep the
 * bundler from leaving out what of it nobody calls. @throws RowStoreError
 */
export async function openRowStore(
  place: RowsPlace,
  documents: DynamoDBDocumentClient,
  options: { readonly migrated?: "here" | "elsewhere" } = {},
): Promise<RowStore> {
  switch (place.kind) {
    case "postgres": {
      const { openPostgresRowStore } = await import("./postgres-row-store.ts");
      return openPostgresRowStore(place.url, options);
    }
    case "dsql": {
      const { openDsqlRowStore } = await import("./postgres-dsql-row-store.ts");
      return openDsqlRowStore(place);
    }
    case "dynamodb":
      return openDynamoRowStore(documents, place.table);
    case "lake": {
      const { openParquetRowStore } = await import("./lake/parquet-row-store.ts");
      const { keeperClient } = await import("./lake/parquet-keeper-client.ts");
      return openParquetRowStore(place.folder, keeperClient(place.keeper));
    }
  }
}

/**
 * Brings the schema of a place up to date, or refuses it; in Aurora DSQL it also gives the role to
 * its principals. @throws RowStoreError
 */
export async function migrateRows(
  place: RowsPlace,
  documents: DynamoDBDocumentClient,
  role?: DsqlRole,
): Promise<void> {
  if (place.kind === "dsql") {
    const { migrateDsql } = await import("./postgres-dsql-row-store.ts");
    await migrateDsql(place, role, { sleep, random: Math.random });
    return;
  }
  // The others migrate, or mark, what they open.
  const store = await openRowStore(place, documents);
  await store.close();
}
