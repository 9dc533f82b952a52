import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Context } from "aws-lambda";
import { afterEach, describe, expect, test, vi } from "vitest";
import { startDynamoServer } from "../../../local/aws-servers/dynamo-server.ts";
import { createTables } from "../../../local/aws-servers/dynamo-tables.ts";
import {
  localClientOptions,
  localNames,
  localRegion,
} from "../../../local/aws-servers/local-names.ts";
import { rowsFormat } from "../../../shared/rows/dynamo-row-store.ts";
import { formatKey } from "../../../shared/rows/dynamo-rows-table.ts";
import { createPostgresPool } from "../../../shared/rows/postgres-connection.ts";
import { schemaVersion } from "../../../shared/rows/postgres-schema.ts";
import { startPostgresServer } from "../../support/postgres/postgres-server.ts";

const context = { functionName: "migrate-schema", awsRequestId: "1" } satisfies Partial<Context>;

/** The handler as a process with these variables has it. */
async function invoke(variables: Readonly<Record<string, string>>, event: unknown) {
  const all = { POWERTOOLS_LOG_LEVEL: "SILENT", ...variables };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
  vi.resetModules();
  const { handler } = await import("../../../lambdas/handlers/migrate-schema.ts");
  return handler(event, context as Context);
}

afterEach(() => vi.unstubAllEnvs());

describe("a deploy", () => {
  test("migrates a Postgres, again and again without harm, and leaves it when it is removed", async () => {
    const server = await startPostgresServer();
    const connection = createPostgresPool(server.url, 1);
    const variables = { AWS_REGION: localRegion, GSC_SYNC_POSTGRES_URL: server.url };
    try {
      for (const RequestType of ["Create", "Update", "Delete"]) {
        expect(await invoke(variables, { RequestType })).toEqual({
          PhysicalResourceId: "row-store-schema-postgres",
        });
        const { rows } = await connection.query("SELECT max(version) FROM schema_version", []);
        expect(rows).toEqual([{ max: schemaVersion }]);
      }
    } finally {
      await connection.end();
      await server.stop();
    }
  });

  test("marks a DynamoDB table with its format", async () => {
    const server = await startDynamoServer();
    const client = new DynamoDBClient(localClientOptions(server.url));
    try {
      await createTables(server.url);
      await invoke(
        {
          AWS_REGION: localRegion,
          AWS_ACCESS_KEY_ID: "local",
          AWS_SECRET_ACCESS_KEY: "local",
          AWS_ENDPOINT_URL_DYNAMODB: server.url,
          GSC_SYNC_ROW_STORE: "dynamodb",
          GSC_SYNC_ROWS_TABLE: localNames.rowsTable,
        },
        { RequestType: "Create" },
      );
      const { Item } = await DynamoDBDocumentClient.from(client).send(
        new GetCommand({ TableName: localNames.rowsTable, Key: formatKey }),
      );
      expect(Item).toEqual({ ...formatKey, format: rowsFormat });
    } finally {
      client.destroy();
      await server.stop();
    }
  });

  test("fails when the environment says no place for the rows", async () => {
    await expect(invoke({ GSC_SYNC_POSTGRES_URL: "" }, { RequestType: "Create" })).rejects.toThrow(
      /GSC_SYNC_POSTGRES_URL/,
    );
  });
});
