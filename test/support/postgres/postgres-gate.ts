import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { serveConnection } from "./postgres-connection.ts";
import type { PostgresSession } from "./postgres-session.ts";
import type { PostgresTurns } from "./postgres-turns.ts";

export type PostgresGate = {
  readonly url: string;
  /** Ends all connections, rolling back what is open; the session is idle afterwards. */
  close(): Promise<void>;
};

/**
 * A Postgres server in front of a session that can serve one client at a time. Whom it serves is
 * the turns' decision. User, password and database name are not checked: it listens on the
 * loopback interface only.
 *
 * Settings (`SET`), temporary tables, advisory locks, `LISTEN` and the unnamed statement last until
 * another connection has its turn; `SET LOCAL` within a transaction is always safe. Named
 * statements and COPY FROM STDIN are refused. `statement_timeout` and cancel requests do nothing:
 * PGlite cannot be interrupted. A result waits in memory for a client that reads slowly, so read
 * large ones through a cursor.
 */
export async function openPostgresGate(parts: {
  readonly session: PostgresSession;
  readonly turns: PostgresTurns;
  readonly idleTimeoutMs: number;
}): Promise<PostgresGate> {
  let holder: Socket | undefined;
  const changeHolder = (socket: Socket) => {
    const changed = holder !== undefined && holder !== socket;
    holder = socket;
    return changed;
  };

  const served = new Map<Socket, Promise<void>>();
  const server = createServer({ noDelay: true }, (socket) => {
    const serving = serveConnection(socket, { ...parts, changeHolder }).finally(() => {
      served.delete(socket);
    });
    served.set(socket, serving);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;

  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async close() {
      server.close();
      const serving = [...served.values()];
      for (const socket of served.keys()) socket.destroy();
      await Promise.all(serving);
    },
  };
}
