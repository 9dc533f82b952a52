import { describe, test } from "vitest";
import { createPostgresPool } from "../../shared/rows/postgres-connection.ts";
import { describeRowStore } from "../contracts/row-store-contract.ts";
import { startPgliteConnection } from "../support/pglite-connection.ts";
import { postgresBackend } from "../support/postgres-row-store-backend.ts";
import { realPostgresFolder, startRealPostgres } from "../support/real-postgres.ts";

describeRowStore("row store on PGlite", async () => {
  const connection = await startPgliteConnection();
  return postgresBackend(connection, () => connection.end());
});

const folder = realPostgresFolder();

if (folder === undefined) {
  describe("row store on a real Postgres", () => {
    test.skip("needs the programs initdb and postgres on this machine", () => {});
  });
} else {
  describeRowStore("row store on a real Postgres", async () => {
    const server = await startRealPostgres(folder);
    const connection = createPostgresPool(server.url, 8);
    return postgresBackend(connection, async () => {
      await connection.end();
      await server.stop();
    });
  });
}
