import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { z } from "zod";
import { parseJson } from "../../shared/lib/parse-json.ts";
import { equalSecrets } from "../aws-servers/request-guard.ts";
import { listenOnLoopback } from "../processes/listen-on-loopback.ts";

/**
 * The line between an owner and the commands attached to it: an attached command holds a
 * connection open for as long as it needs the servers. It says hello, the owner says welcome or,
 * once it is stopping, closes the connection.
 */
export type ControlPort = {
  readonly port: number;
  readonly secret: string;
  /** Of the commands attached now. */
  attachedPids(): readonly number[];
  /**
   * Resolves when no command is attached, or `signal` says to wait no longer. Nobody is welcomed
   * from that moment on.
   */
  refuseWhenAlone(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
};

const HelloSchema = z.object({ secret: z.string(), pid: z.int() });

export async function openControlPort(): Promise<ControlPort> {
  const secret = randomBytes(24).toString("base64url");
  const attached = new Map<Socket, number>();
  const connections = new Set<Socket>();
  let refusing = false;
  let changed = Promise.withResolvers<void>();

  const server = createServer((socket) => {
    connections.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      connections.delete(socket);
      attached.delete(socket);
      changed.resolve();
    });
    createInterface({ input: socket }).once("line", (line) => {
      const hello = HelloSchema.safeParse(parseJson(line));
      if (refusing || !hello.success || !equalSecrets(hello.data.secret, secret)) {
        socket.destroy();
        return;
      }
      attached.set(socket, hello.data.pid);
      socket.write("welcome\n");
    });
  });
  const port = await listenOnLoopback(server);

  return {
    port,
    secret,
    attachedPids: () => [...attached.values()],
    async refuseWhenAlone(signal) {
      const given = new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener("abort", () => resolve(), { once: true });
      });
      while (attached.size > 0 && !signal.aborted) {
        changed = Promise.withResolvers();
        await Promise.race([changed.promise, given]);
      }
      refusing = true;
    },
    async close() {
      refusing = true;
      const closed = once(server, "close");
      server.close();
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}

export type Attachment = {
  /** Resolves when the owner's end has closed, not when this end has. */
  readonly ownerGone: Promise<void>;
  close(): void;
};

/** Undefined when no owner with that secret answers, or it is stopping. */
export async function attachToOwner(port: number, secret: string): Promise<Attachment | undefined> {
  const socket = connect({ port, host: "127.0.0.1" });
  const { promise: ownerGone, resolve: goneNow } = Promise.withResolvers<void>();
  let closing = false;
  const welcomed = new Promise<boolean>((resolve) => {
    socket.on("error", () => resolve(false));
    socket.on("close", () => {
      resolve(false);
      if (!closing) goneNow();
    });
    createInterface({ input: socket }).once("line", (line) => resolve(line === "welcome"));
    socket.setTimeout(5_000, () => resolve(false));
  });
  socket.write(`${JSON.stringify({ secret, pid: process.pid })}\n`);
  if (!(await welcomed)) {
    socket.destroy();
    return undefined;
  }
  socket.setTimeout(0);
  // Being attached is no reason for a command to go on.
  socket.unref();
  return {
    ownerGone,
    close() {
      closing = true;
      socket.destroy();
    },
  };
}
