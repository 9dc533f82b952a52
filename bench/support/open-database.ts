import { startPostgresServer } from "../../test/support/postgres/postgres-server.ts";
import { realPostgresFolder, startRealPostgres } from "../../test/support/servers/real-postgres.ts";

/** A real Postgres where this machine has one, else PGlite; empty, in a process of its own. */
export async function startDatabase(): Promise<{
  readonly name: "postgres" | "pglite";
  readonly url: string;
  stop(): Promise<void>;
}> {
  const folder = realPostgresFolder();
  if (folder !== undefined) return { name: "postgres", ...(await startRealPostgres(folder)) };
  const server = await startPostgresServer();
  return { name: "pglite", url: server.url, stop: () => server.stop() };
}
