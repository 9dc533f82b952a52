import { once } from "node:events";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import dynalite from "dynalite";
import { ensureTable } from "../../../local/aws-servers/dynamo-tables.ts";
import { tableKeys } from "../../../shared/config/names.ts";

export type QuotaTable = {
  readonly documents: DynamoDBDocumentClient;
  readonly tableName: string;
  close(): Promise<void>;
};

export type DynamoServer = { readonly url: string; stop(): Promise<unknown> };

/** An empty quota table on a server of its own, or on the empty one that is given. */
export async function openQuotaTable(starting = startDynalite()): Promise<QuotaTable> {
  const server = await starting;
  const { client, documents } = connect(server.url);
  const tableName = await createQuotaTable(client);
  return {
    documents,
    tableName,
    async close() {
      client.destroy();
      await server.stop();
    },
  };
}

export async function startDynalite(): Promise<DynamoServer> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      server.close();
      await once(server, "close");
    },
  };
}

export async function createQuotaTable(client: DynamoDBClient): Promise<string> {
  const { partitionKey } = tableKeys.quota;
  const TableName = "quota";
  await ensureTable(client, {
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: partitionKey, KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: partitionKey, AttributeType: "S" }],
  });
  return TableName;
}

/** A client of a DynamoDB server on this machine; it tries each request once. */
export function connect(endpoint: string): {
  readonly client: DynamoDBClient;
  readonly documents: DynamoDBDocumentClient;
} {
  const client = new DynamoDBClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  return { client, documents: DynamoDBDocumentClient.from(client) };
}
