import { DeleteTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { createTables } from "../../../local/aws-servers/dynamo-tables.ts";
import { localClientOptions, localNames } from "../../../local/aws-servers/local-names.ts";
import {
  type DynamoRowStoreOptions,
  openDynamoRowStore,
} from "../../../shared/rows/dynamo-row-store.ts";
import { rowShards, rowsPartition } from "../../../shared/rows/dynamo-rows-table.ts";
import type { RowStoreBackend } from "../../contracts/row-store-contract.ts";

export type DynamoServer = { readonly url: string; stop(): Promise<void> };

/** The contract suite's view of a DynamoDB of any kind; `sent` hears of what its stores send. */
export async function dynamoBackend(
  starting: Promise<DynamoServer>,
  sent: (command: string, input: object) => void = () => {},
): Promise<RowStoreBackend> {
  const server = await starting;
  const client = new DynamoDBClient(localClientOptions(server.url));
  const documents = DynamoDBDocumentClient.from(client);
  const heard = DynamoDBDocumentClient.from(new DynamoDBClient(localClientOptions(server.url)));
  heard.middlewareStack.add(
    (next, context) => (args) => {
      sent(String(context.commandName), args.input);
      return next(args);
    },
    { step: "initialize" },
  );
  const others: DynamoDBDocumentClient[] = [];
  const table = localNames.rowsTable;
  let options: DynamoRowStoreOptions = {};
  await createTables(server.url);
  return {
    async emptyStore(findReport) {
      await client.send(new DeleteTableCommand({ TableName: table }));
      await createTables(server.url);
      options = { findReport };
      return openDynamoRowStore(heard, table, options);
    },
    async dyingStore(calls) {
      const dying = DynamoDBDocumentClient.from(
        new DynamoDBClient({ ...localClientOptions(server.url), maxAttempts: 1 }),
      );
      others.push(dying);
      const store = await openDynamoRowStore(dying, table, options);
      let left = calls;
      dying.middlewareStack.add(
        (next) => async (args) => {
          left -= 1;
          if (left < 0) throw new Error("the wire broke");
          return next(args);
        },
        { step: "initialize" },
      );
      return store;
    },
    deathStride: 7,
    unseen: {
      async heldRows(unit, generation) {
        let held = 0;
        for (const shard of rowShards) {
          let start: Record<string, unknown> | undefined;
          do {
            const page = await documents.send(
              new QueryCommand({
                TableName: table,
                KeyConditionExpression: "pk = :rows",
                ExpressionAttributeValues: { ":rows": rowsPartition(unit, generation, shard) },
                Select: "COUNT",
                ConsistentRead: true,
                ...(start === undefined ? {} : { ExclusiveStartKey: start }),
              }),
            );
            held += page.Count ?? 0;
            start = page.LastEvaluatedKey;
          } while (start !== undefined);
        }
        return held;
      },
      severalCallsOfRows: 60,
    },
    // A page of 25,000 took 20 s.
    fullPage: 2_000,
    async stop() {
      for (const other of [...others, heard]) other.destroy();
      client.destroy();
      await server.stop();
    },
  };
}
