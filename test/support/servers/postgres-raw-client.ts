import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A client that sends exactly the bytes of the test, which a well-behaved driver would not. */
export type RawClient = {
  readonly socket: Socket;
  send(...messages: readonly Buffer[]): void;
  /** Resolves with all answers so far, once one of that type has arrived after the last call. */
  until(type: string): Promise<readonly RawAnswer[]>;
  /** Resolves when the server has closed the connection. */
  closed(): Promise<readonly RawAnswer[]>;
};

export type RawAnswer = { readonly type: string; readonly body: string };

export async function connectRaw(url: string, startup: Buffer): Promise<RawClient> {
  const socket = connect({ port: Number(new URL(url).port), host: "127.0.0.1" });
  let received = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
  });
  const gone = once(socket, "close");
  const take = (): RawAnswer[] => {
    const answers: RawAnswer[] = [];
    let at = 0;
    while (received.length >= at + 5 && received.length > at + received.readInt32BE(at + 1)) {
      const end = at + 1 + received.readInt32BE(at + 1);
      answers.push({
        type: received.toString("latin1", at, at + 1),
        body: received.toString("utf8", at + 5, end),
      });
      at = end;
    }
    received = received.subarray(at);
    return answers;
  };
  const client: RawClient = {
    socket,
    send: (...messages) => socket.write(Buffer.concat(messages)),
    async until(type) {
      const answers: RawAnswer[] = [];
      for (;;) {
        answers.push(...take());
        if (answers.some((answer) => answer.type === type)) return answers;
        await once(socket, "data", { signal: AbortSignal.timeout(20_000) });
      }
    },
    async closed() {
      await gone;
      return take();
    },
  };
  await once(socket, "connect");
  client.send(startup);
  if (startup.length > 8) await client.until("Z");
  return client;
}
