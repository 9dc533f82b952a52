import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { createMessageReader } from "../postgres/postgres-message-reader.ts";
import { encodeError, messageType } from "../postgres/postgres-wire.ts";

/**
 * Stands before a Postgres and refuses as Aurora DSQL does under contention: of every statement the
 * first try is answered with 40001 and does not reach the server. `refused` counts them by text.
 */
export async function startConflictProxy(serverUrl: string) {
  const target = new URL(serverUrl);
  const refused = new Map<string, number>();
  const sockets = new Set<Socket>();
  let awaited: string | undefined;

  async function serve(client: Socket): Promise<void> {
    const server = connect(Number(target.port), target.hostname);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.once("close", () => {
        client.destroy();
        server.destroy();
      });
    }
    server.pipe(client);
    const reader = createMessageReader(client);
    const startup = await reader.nextStartup();
    if (startup.kind !== "message") return;
    server.write(startup.message);
    let group: Buffer[] = [];
    for (;;) {
      const read = await reader.next();
      if (read.kind !== "message") return;
      group.push(read.message);
      // A statement is whole at Query, or at Sync; passwords and goodbyes stand alone.
      if (!"QSpX".includes(messageType(read.message))) continue;
      const text = statementOf(group);
      if (text !== undefined && text !== awaited) {
        awaited = text;
        refused.set(text, (refused.get(text) ?? 0) + 1);
        client.write(Buffer.concat([conflict, readyForQuery]));
      } else {
        // A goodbye is not the second try.
        if (text !== undefined) awaited = undefined;
        server.write(Buffer.concat(group));
      }
      group = [];
    }
  }

  const listener = createServer((client) => void serve(client).catch(() => client.destroy()));
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  const url = new URL(serverUrl);
  url.hostname = "127.0.0.1";
  url.port = String(address.port);
  return {
    url: String(url),
    refused,
    async stop() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, "close");
    },
  };
}

const conflict = encodeError({
  severity: "ERROR",
  sqlState: "40001",
  message: "change conflicts with another transaction, please retry: (OC000)",
});
const readyForQuery = Buffer.from("Z\0\0\0\u0005I", "latin1");

/** The text in a Query, or in the Parse of a group. */
function statementOf(group: readonly Buffer[]): string | undefined {
  const message = group.find((each) => "QP".includes(messageType(each)));
  if (message === undefined) return undefined;
  const start = messageType(message) === "Q" ? 5 : message.indexOf(0, 5) + 1;
  return message.toString("utf8", start, message.indexOf(0, start));
}
