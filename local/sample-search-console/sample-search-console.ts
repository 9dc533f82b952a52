import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { sampleAnalytics } from "./analytics.ts";
import { type HttpAnswer, internalError, unknownPath } from "./http-answer.ts";
import { latencyOf } from "./latency.ts";
import { answerOwnPath } from "./own-paths.ts";
import { queryPath, siteUrlOf } from "./query-path.ts";
import { type Seen, seenRequests } from "./seen.ts";

export type SampleSearchConsoleOptions = {
  /** 0 (the default) takes a free one. */
  readonly port?: number;
  readonly seed?: number;
  /** Median time that an answer is held; some take longer. */
  readonly latencyMs?: number;
  /** Requests a property may have answered in any 60 seconds. */
  readonly qpm?: number;
  /** Epoch ms; decides which days are final, and the quota's minute. */
  readonly now?: () => number;
};

export type SampleSearchConsole = {
  /** What GSC_API_ROOT_URL is set to, without a trailing slash. */
  readonly url: string;
  stop(): Promise<void>;
  seen(): Seen;
};

/**
 * A Search Console that answers from a seed, on 127.0.0.1 only: `searchAnalytics.query` as
 * Google's, and its own paths below `/sample/` (see own-paths.ts).
 * Rejects when the port is taken.
 */
export async function startSampleSearchConsole(
  options: SampleSearchConsoleOptions = {},
): Promise<SampleSearchConsole> {
  const { port = 0, seed = 1, latencyMs = 0, qpm = 1_200, now = Date.now } = options;
  const analytics = sampleAnalytics(seed);
  const seen = seenRequests();
  const query = queryPath({ analytics, seen, qpm, now });
  const held = new Set<NodeJS.Timeout>();
  let turn = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://sample");
    const siteUrl = siteUrlOf(path.pathname);
    if (siteUrl === undefined) {
      send(response, answerOwnPath(path, { analytics, seen, seed, now }) ?? unknownPath());
      return;
    }
    turn += 1;
    const holdMs = latencyOf(seed, turn, latencyMs);
    const given = await query(siteUrl, request);
    if (holdMs === 0) return send(response, given);
    const timer = setTimeout(() => {
      held.delete(timer);
      send(response, given);
    }, holdMs);
    held.add(timer);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => send(response, internalError(error)));
  });
  server.keepAliveTimeout = 65_000;
  server.on("connection", () => seen.connect());
  const url = await listen(server, port);

  return {
    url,
    seen: () => seen.read(),
    async stop() {
      for (const timer of held) clearTimeout(timer);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function send(response: ServerResponse, { status, body }: HttpAnswer): void {
  if (response.destroyed) return;
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    "content-type": "application/json; charset=UTF-8",
    "content-length": bytes.length,
  });
  response.end(bytes);
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return `http://127.0.0.1:${address.port}`;
}
