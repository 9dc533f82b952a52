import { once } from "node:events";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import dynalite from "dynalite";
import { createTables } from "../../local/dynamo-tables.ts";
import { localClientOptions, localNames } from "../../local/local-names.ts";

export type LedgerTable = {
  readonly documents: DynamoDBDocumentClient;
  readonly table: string;
  close(): Promise<void>;
};

/** An empty ledger table, as a home has it, on a server of its own. */
export async function openLedgerTable(): Promise<LedgerTable> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const endpoint = `http://127.0.0.1:${address.port}`;
  await createTables(endpoint);
  const client = new DynamoDBClient({ ...localClientOptions(endpoint), maxAttempts: 1 });
  return {
    documents: DynamoDBDocumentClient.from(client),
    table: localNames.ledgerTable,
    async close() {
      client.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
