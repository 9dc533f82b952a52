import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { listenOnLoopback } from "../../../local/processes/listen-on-loopback.ts";
import type { TlsMaterial } from "./tls-material.ts";

/**
 * A proxy as companies have one: it takes CONNECT. Behind it, under TLS, Google's hosts are the
 * plain servers of `targets` (host to URL); every other host is refused with 403.
 */
export async function startGoogleProxy(
  tls: TlsMaterial,
  targets: Readonly<Record<string, string>>,
) {
  const cert = await readFile(tls.certificate);
  const key = await readFile(tls.key);
  const connected: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  server.on("connect", (request, socket: Socket) => {
    connected.push(request.url ?? "");
    socket.on("error", () => socket.destroy());
    const target = targets[(request.url ?? "").replace(/:443$/, "")];
    if (target === undefined) {
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    const plain = new TLSSocket(socket, { isServer: true, cert, key });
    const behind = connect(Number(new URL(target).port), "127.0.0.1");
    plain.pipe(behind).pipe(plain);
    for (const [one, other] of [
      [plain, behind],
      [behind, plain],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  });
  const port = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${port}`,
    /** `host:port` of each CONNECT, in order. */
    connected: connected as readonly string[],
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
