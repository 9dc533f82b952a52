import { DeleteTableCommand, DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, test } from "vitest";
import { localClientOptions } from "../../../local/aws-servers/local-names.ts";
import { type DynamoDbLocal, dynamoDbLocalMissing, startDynamoDbLocal } from "./dynamodb-local.ts";

/**
 * Tests on DynamoDB Local, one server for all of them: `empty` gives it without its tables. Skipped
 * where it cannot be run, and says why.
 */
export function onDynamoDbLocal(tests: (empty: () => Promise<DynamoDbLocal>) => void): void {
  const missing = dynamoDbLocalMissing();
  describe("on DynamoDB Local", () => {
    if (missing !== undefined) {
      test.skip(`cannot be tried: ${missing}`, () => {});
      return;
    }
    let server: DynamoDbLocal;
    beforeAll(async () => {
      server = await startDynamoDbLocal();
    });
    afterAll(() => server.stop());
    tests(async () => {
      await dropTables(server.url);
      return { url: server.url, stop: async () => {} };
    });
  });
}

async function dropTables(endpoint: string): Promise<void> {
  const client = new DynamoDBClient(localClientOptions(endpoint));
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  for (const TableName of TableNames) await client.send(new DeleteTableCommand({ TableName }));
  client.destroy();
}
