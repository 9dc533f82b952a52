import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

export type TruthRow = {
  readonly keys: readonly [page: string, query: string];
  readonly clicks: number;
  readonly impressions: number;
  readonly ctr: number;
  readonly position: number;
};

export type SeenRequest = {
  readonly date: string;
  readonly startRow: number;
  readonly atMs: number;
};

/**
 * A Search Console that is not ours: it does what Google documents of `searchanalytics.query` and
 * no more, and remembers what it was asked.
 */
export async function startTruthServer(options: {
  /** Rows of each day; a day that is not named has none. */
  readonly days: Readonly<Record<string, number>>;
  readonly latencyMs?: number;
  /** Answers that many requests; later ones wait for `release`. */
  readonly holdAfter?: number;
  /** Answers a request in the server's stead; undefined lets it answer. */
  readonly fault?: (
    request: SeenRequest,
  ) => { readonly status: number; readonly body: string } | undefined;
}) {
  const seen: SeenRequest[] = [];
  const released = Promise.withResolvers<void>();
  let atOnce = 0;
  let mostAtOnce = 0;
  let rows = truthOf(options.days);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = /^\/webmasters\/v3\/sites\/([^/]+)\/searchAnalytics\/query$/.exec(
      request.url ?? "",
    );
    const body = JSON.parse((await text(request)) || "{}");
    if (request.method !== "POST" || path === null)
      return send(response, 404, error(404, "notFound"));
    const { startRow = 0, rowLimit = 1_000, startDate: date } = body;
    const asked = { date, startRow, atMs: Date.now() };
    seen.push(asked);
    if (options.latencyMs !== undefined) await delay(options.latencyMs);
    if (seen.length > (options.holdAfter ?? Number.POSITIVE_INFINITY)) await released.promise;
    const fault = options.fault?.(asked);
    if (fault !== undefined) return send(response, fault.status, fault.body);
    const valid =
      decodeURIComponent(path[1] ?? "").startsWith("sc-domain:") &&
      body.startDate === body.endDate &&
      body.type === "web" &&
      rowLimit <= 25_000 &&
      JSON.stringify(body.dimensions) === '["page","query"]';
    if (!valid) return send(response, 400, error(400, "invalidParameter"));
    const page = (rows.get(date) ?? []).slice(startRow, startRow + rowLimit);
    const answered = {
      ...(page.length > 0 ? { rows: page } : {}),
      responseAggregationType: "byPage",
    };
    return send(response, 200, JSON.stringify(answered));
  }

  const server = createServer((request, response) => {
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    answer(request, response)
      .catch(() => response.destroy())
      .finally(() => {
        atOnce -= 1;
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    /** Requests that were under way at the same time, since the last `forget`. */
    mostAtOnce: () => mostAtOnce,
    forget() {
      seen.length = 0;
      mostAtOnce = 0;
    },
    truth: (date: string): readonly TruthRow[] => rows.get(date) ?? [],
    release: () => released.resolve(),
    /** Google revises its figures: from here on it answers with these. */
    revise(days: Readonly<Record<string, number>>) {
      rows = truthOf(days);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "application/json; charset=UTF-8" }).end(body);
}

export type TruthServer = Awaited<ReturnType<typeof startTruthServer>>;

export function error(code: number, reason: string, domain = "global"): string {
  const message = `refused: ${reason}`;
  return JSON.stringify({ error: { code, message, errors: [{ domain, reason, message }] } });
}

function truthOf(days: Readonly<Record<string, number>>) {
  return new Map(Object.entries(days).map(([date, count]) => [date, dayOf(date, count)]));
}

/** Clicks descending; among the rows are an empty query, other scripts and a very long URL. */
function dayOf(date: string, count: number): readonly TruthRow[] {
  return Array.from({ length: count }, (_, index) => {
    const clicks = Math.floor((count - index) / 7);
    const impressions = clicks * 3 + (index % 11) + 1;
    return {
      keys: [pageOf(date, index), queryOf(index)] as const,
      clicks,
      impressions,
      ctr: clicks / impressions,
      position: 1 + (index % 97) / 7,
    };
  });
}

function pageOf(date: string, index: number): string {
  const path = `https://example.com/${date}/seite-${index % 1_000}`;
  if (index === 3) return `${path}/${"x".repeat(2_000 - path.length - 1)}`;
  return index % 13 === 0 ? `${path}/straße-日本-🙂` : path;
}

function queryOf(index: number): string {
  if (index % 1_000 === index && index % 50 === 0) return "";
  return index % 17 === 0
    ? `привет мир ${index} 'quoted' "double", \\ back\tslash`
    : `query ${index}`;
}
