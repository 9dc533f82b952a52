import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  type KeySchemaElement,
  ResourceInUseException,
  ResourceNotFoundException,
} from "@aws-sdk/client-dynamodb";
import { tableKeys } from "../../shared/config/names.ts";
import { poll } from "../../shared/lib/poll.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { localClientOptions, localNames } from "./local-names.ts";

/** Makes the tables that are missing, with the keys that infrastructure gives them. */
export async function createTables(endpoint: string, key?: string): Promise<void> {
  const dynamo = new DynamoDBClient(localClientOptions(endpoint, key));
  const tables = [ledgerTable(), quotaTable(), rowsTable()];
  try {
    await Promise.all(tables.map((table) => ensureTable(dynamo, table)));
  } finally {
    dynamo.destroy();
  }
}

function ledgerTable(): CreateTableCommandInput {
  const { partitionKey, sortKey, runsIndex, runsKey, runsSortKey } = tableKeys.ledger;
  return indexedTable(localNames.ledgerTable, [partitionKey, sortKey], {
    name: runsIndex,
    keys: [runsKey, runsSortKey],
  });
}

function quotaTable(): CreateTableCommandInput {
  const { partitionKey } = tableKeys.quota;
  return {
    TableName: localNames.quotaTable,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: partitionKey, AttributeType: "S" }],
    KeySchema: [{ AttributeName: partitionKey, KeyType: "HASH" }],
  };
}

function rowsTable(): CreateTableCommandInput {
  const { partitionKey, sortKey, sweepIndex, sweepKey, sweepSortKey } = tableKeys.rows;
  return indexedTable(localNames.rowsTable, [partitionKey, sortKey], {
    name: sweepIndex,
    keys: [sweepKey, sweepSortKey],
  });
}

type KeyPair = readonly [partition: string, sort: string];

/** A table of string keys with one index of string keys. */
function indexedTable(
  TableName: string,
  keys: KeyPair,
  index: { readonly name: string; readonly keys: KeyPair },
): CreateTableCommandInput {
  return {
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [...keys, ...index.keys].map((AttributeName) => ({
      AttributeName,
      AttributeType: "S",
    })),
    KeySchema: keySchema(keys),
    GlobalSecondaryIndexes: [
      {
        IndexName: index.name,
        KeySchema: keySchema(index.keys),
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
    ],
  };
}

function keySchema([partition, sort]: KeyPair): KeySchemaElement[] {
  return [
    { AttributeName: partition, KeyType: "HASH" },
    { AttributeName: sort, KeyType: "RANGE" },
  ];
}

/** Makes the table unless it is there, and waits until it can be used: CreateTable answers earlier. */
export async function ensureTable(
  dynamo: DynamoDBClient,
  table: CreateTableCommandInput,
): Promise<void> {
  if ((await statusOf(dynamo, table)) === undefined) {
    await dynamo.send(new CreateTableCommand(table)).catch((error: unknown) => {
      if (!(error instanceof ResourceInUseException)) throw error;
    });
  }
  // The SDK's own waiter looks every second at best.
  const timing = { pollMs: 10, timeoutMs: Number.POSITIVE_INFINITY };
  await poll(
    systemClock,
    timing,
    () => statusOf(dynamo, table),
    (status) => status === "ACTIVE",
  );
}

async function statusOf(
  dynamo: DynamoDBClient,
  { TableName }: CreateTableCommandInput,
): Promise<string | undefined> {
  try {
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }));
    return Table?.TableStatus;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
