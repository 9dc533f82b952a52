import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";

/**
 * Stands before a DynamoDB: of ten requests it throttles one, and of one more it swallows the
 * answer, so that the writer cannot know what became of its write.
 */
export async function startFailingDynamo() {
  let upstream: URL | undefined;
  let count = 0;
  const made = { throttled: 0, swallowed: 0 };

  async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    if (upstream === undefined) throw new Error("there is no DynamoDB behind the proxy yet");
    const body = await buffer(incoming);
    count += 1;
    if (count % 10 === 3) {
      made.throttled += 1;
      const type = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException";
      response
        .writeHead(400, { "content-type": "application/x-amz-json-1.0" })
        .end(JSON.stringify({ __type: type, message: "the level of throughput is exceeded" }));
      return;
    }
    const swallowed = count % 10 === 0;
    const { hostname, port } = upstream;
    const { method, headers } = incoming;
    const sent = request({ hostname, port, method, headers, path: incoming.url });
    sent.end(body);
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    const answered = await buffer(answer);
    if (swallowed) {
      made.swallowed += 1;
      incoming.socket.destroy();
      return;
    }
    response.writeHead(answer.statusCode ?? 500, answer.headers).end(answered);
  }

  const server = createServer((incoming, response) => {
    pass(incoming, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    made,
    standBefore(url: string) {
      upstream = new URL(url);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
