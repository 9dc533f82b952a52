import { once } from "node:events";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import dynalite from "dynalite";
import { tableKeys } from "../../shared/config/names.ts";

export type QuotaTable = {
  readonly documents: DynamoDBDocumentClient;
  readonly tableName: string;
  close(): Promise<void>;
};

/** An empty quota table on a server of its own. */
export async function openQuotaTable(): Promise<QuotaTable> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");

  const { client, documents } = connect(`http://127.0.0.1:${address.port}`);
  const tableName = "quota";
  const { partitionKey } = tableKeys.quota;
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: partitionKey, KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: partitionKey, AttributeType: "S" }],
    }),
  );
  return {
    documents,
    tableName,
    async close() {
      client.destroy();
      server.close();
      await once(server, "close");
    },
  };
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
