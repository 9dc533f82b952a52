import { describe, test } from "vitest";
import { createPostgresPool } from "../../shared/rows/postgres-connection.ts";
import { describeRowStore } from "../contracts/row-store-contract.ts";
import { startPostgresServer } from "../support/postgres/postgres-server.ts";
import {
  realPostgresFolder,
  startOddPostgres,
  startRealPostgres,
} from "../support/servers/real-postgres.ts";
import { postgresBackend } from "../support/stores/postgres-row-store-backend.ts";

describeRowStore("row store on the embedded Postgres", () => backendOn(startPostgresServer()));

const folder = realPostgresFolder();

if (folder === undefined) {
  describe("row store on a real Postgres", () => {
    test.skip("needs the programs initdb and postgres on this machine", () => {});
  });
} else {
  describeRowStore("row store on a real Postgres", () => backendOn(startRealPostgres(folder)));
  describeRowStore("row store on a Postgres with odd session settings", () =>
    backendOn(startOddPostgres(folder)),
  );
}

async function backendOn(starting: Promise<{ readonly url: string; stop(): Promise<void> }>) {
  const server = await starting;
  const connection = createPostgresPool(server.url, 8);
  return postgresBackend(connection, async () => {
    await connection.end();
    await server.stop();
  });
}
