import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Stands before a server and, while it cuts, ends the oldest connection every `everyMs`. */
export async function startCuttingProxy(upstreamUrl: string, everyMs: number) {
  const upstream = new URL(upstreamUrl);
  const open: Socket[] = [];
  let cuts = 0;
  let timer: NodeJS.Timeout | undefined;

  const server = createServer((client) => {
    const there = connect(Number(upstream.port), upstream.hostname);
    client.pipe(there).pipe(client);
    open.push(client);
    const end = () => {
      client.destroy();
      there.destroy();
      if (open.includes(client)) open.splice(open.indexOf(client), 1);
    };
    for (const socket of [client, there]) socket.on("error", end).on("close", end);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = new URL(upstreamUrl);
  url.port = String(address.port);
  return {
    url: url.href,
    cuts: () => cuts,
    cut() {
      timer = setInterval(() => {
        const [oldest] = open;
        if (oldest === undefined) return;
        cuts += 1;
        oldest.destroy();
      }, everyMs);
    },
    calm: () => clearInterval(timer),
    async stop() {
      clearInterval(timer);
      for (const socket of [...open]) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
