import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { createSampleAnalytics } from "./analytics.ts";
import { type FaultRule, faultBoard } from "./faults.ts";
import { forbidden, internalError, unknownPath, unknownSite } from "./http-answer.ts";
import { latencyOf } from "./latency.ts";
import { createMovableClock } from "./movable-clock.ts";
import { answerOwnPath } from "./own-paths.ts";
import { type QueryAnswer, queryPath } from "./query-path.ts";
import { findSampleProperty } from "./sample-properties.ts";
import { type Seen, seenRequests } from "./seen.ts";
import { sendAnswer } from "./send-answer.ts";
import { type SignedIn, signIn, type Tokens } from "./sign-in.ts";
import { getSite, listSitemaps, listSites } from "./sites-path.ts";

export type SampleSearchConsoleOptions = {
  /** 0 (the default) takes a free one. */
  readonly port?: number;
  readonly seed?: number;
  /** Median time that an answer is held; some take longer. */
  readonly latencyMs?: number;
  /** Requests a property may have answered in any 60 seconds. */
  readonly qpm?: number;
  /** Faults from the start; `/sample/faults` changes them. */
  readonly faults?: readonly FaultRule[];
  /** Bearer tokens that are let in; absent: nobody is asked for one. */
  readonly tokens?: Tokens;
  /** Epoch ms; decides which days are final, and the quota's minute. */
  readonly nowMs?: () => number;
};

export type SampleSearchConsole = {
  /** What GSC_API_ROOT_URL is set to, without a trailing slash. */
  readonly url: string;
  stop(): Promise<void>;
  seen(): Seen;
};

/**
 * A Search Console that answers from a seed, on 127.0.0.1 only: `searchAnalytics.query`, `sites`
 * and `sitemaps.list` as Google's, and its own paths below `/sample/` (see own-paths.ts).
 * Rejects when the port is taken.
 */
export async function startSampleSearchConsole(
  options: SampleSearchConsoleOptions = {},
): Promise<SampleSearchConsole> {
  const { port = 0, seed = 1, latencyMs = 0, qpm = 1_200, tokens } = options;
  const clock = createMovableClock(options.nowMs ?? Date.now);
  const analytics = createSampleAnalytics(seed);
  const seen = seenRequests();
  const faults = faultBoard(seed, options.faults);
  const query = queryPath({ analytics, seen, faults, qpm, nowMs: clock.nowMs });
  const held = new Set<NodeJS.Timeout>();
  let turn = 0;

  async function answerApi(path: ApiPath, request: IncomingMessage): Promise<QueryAnswer> {
    const signedIn = signIn(request, tokens);
    if (path.kind === "query") return query(path.siteUrl, request, signedIn);
    return { given: answerSites(path, signedIn), fault: undefined };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://sample");
    const path = apiPath(url.pathname);
    if (path === undefined) {
      const own = { method: request.method ?? "GET", url, body: await text(request) };
      const given = answerOwnPath(own, { analytics, seen, faults, clock, seed });
      return sendAnswer(response, given ?? unknownPath(), undefined);
    }
    if (path.kind === "query") {
      seen.begin();
      response.once("close", () => seen.end());
    }
    turn += 1;
    const holdMs = latencyOf(seed, turn, latencyMs);
    const { given, fault } = await answerApi(path, request);
    if (holdMs === 0) return sendAnswer(response, given, fault);
    const timer = setTimeout(() => {
      held.delete(timer);
      sendAnswer(response, given, fault);
    }, holdMs);
    held.add(timer);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) =>
      sendAnswer(response, internalError(error), undefined),
    );
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

function answerSites(path: Exclude<ApiPath, { kind: "query" }>, signedIn: SignedIn) {
  if (signedIn.kind === "out") return signedIn.answer;
  if (path.kind === "sites") return listSites(signedIn.knows);
  if (!signedIn.knows(path.siteUrl)) return unknownSite(path.siteUrl);
  if (path.kind === "site") return getSite(path.siteUrl);
  const property = findSampleProperty(path.siteUrl);
  if (property === undefined) return unknownSite(path.siteUrl);
  return property.forbidden ? forbidden(path.siteUrl) : listSitemaps(property);
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

/** A path of Google's API that the sample answers, its property decoded. */
type ApiPath =
  | { readonly kind: "sites" }
  | { readonly kind: "site"; readonly siteUrl: string }
  | { readonly kind: "sitemaps"; readonly siteUrl: string }
  | { readonly kind: "query"; readonly siteUrl: string };

function apiPath(path: string): ApiPath | undefined {
  const match =
    /^\/webmasters\/v3\/sites(?:\/([^/]+)(\/searchAnalytics\/query|\/sitemaps)?)?$/.exec(path);
  if (match === null) return undefined;
  const [, encoded, below] = match;
  if (encoded === undefined) return { kind: "sites" };
  const siteUrl = decoded(encoded);
  if (below === undefined) return { kind: "site", siteUrl };
  return { kind: below === "/sitemaps" ? "sitemaps" : "query", siteUrl };
}

function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
