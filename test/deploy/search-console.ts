import { once } from "node:events";
import { createServer, request as sendOn } from "node:http";
import { createSampleControl } from "../../cli/drill/sample-control.ts";
import { startSampleSearchConsole } from "../../sample-search-console/sample-search-console.ts";

export type SearchConsole = Awaited<ReturnType<typeof startSearchConsole>>;

/**
 * The sample Search Console with a counter before it: how many requests are with it at the same
 * time. A batch of one unit is one request at a time, so that these are its workers. While it holds,
 * requests wait at the counter; one whose worker is gone is never passed on.
 */
export async function startSearchConsole(latencyMs: number) {
  const sample = await startSampleSearchConsole({ latencyMs });
  const upstream = new URL(sample.url);
  let atOnce = 0;
  let most = 0;
  let gate: PromiseWithResolvers<void> | undefined;

  const server = createServer(async (request, response) => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    response.once("close", () => {
      atOnce -= 1;
    });
    await gate?.promise;
    if (response.destroyed) return;
    const { method, url: path, headers } = request;
    const there = { host: upstream.hostname, port: upstream.port, method, path, headers };
    const passed = sendOn(there, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on("error", () => response.destroy());
    request.pipe(passed);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");

  return {
    url: `http://127.0.0.1:${address.port}`,
    atOnce: () => atOnce,
    /** Since the last `forget`. */
    mostAtOnce: () => most,
    forget() {
      most = atOnce;
    },
    /** Requests that arrived from now on get no answer until `release`. */
    hold() {
      gate ??= Promise.withResolvers();
    },
    release() {
      gate?.resolve();
      gate = undefined;
    },
    truth: createSampleControl(sample.url).truth,
    requestsOf: (siteUrl: string) => sample.seen().properties[siteUrl]?.requests ?? 0,
    async stop() {
      gate?.resolve();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await sample.stop();
    },
  };
}
