import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { createTables } from "../../../local/aws-servers/dynamo-tables.ts";
import { localClientOptions, localNames } from "../../../local/aws-servers/local-names.ts";
import { startDynalite } from "./quota-table.ts";

export type LedgerTable = {
  readonly documents: DynamoDBDocumentClient;
  readonly table: string;
  close(): Promise<void>;
};

/** An empty ledger table, as a home has it, on a server of its own or on the empty one given. */
export async function openLedgerTable(starting = startDynalite()): Promise<LedgerTable> {
  const server = await starting;
  await createTables(server.url);
  const client = new DynamoDBClient({ ...localClientOptions(server.url), maxAttempts: 1 });
  return {
    documents: DynamoDBDocumentClient.from(client),
    table: localNames.ledgerTable,
    async close() {
      client.destroy();
      await server.stop();
    },
  };
}
