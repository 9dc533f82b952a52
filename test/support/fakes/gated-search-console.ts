import { startWebServer } from "../servers/web-server.ts";

export type GatedRequest = {
  readonly token: string;
  readonly siteUrl: string;
  readonly date: string;
  readonly atMs: number;
};

export type GateAnswer = { readonly status: number; readonly reason: string } | undefined;

/**
 * A Search Console with a gate: it looks at each request's token and decides who may read what.
 * A property has `rows` rows a day; their clicks are the day's revision.
 */
export async function startGatedSearchConsole(options: {
  /** What a request is refused with; undefined lets it through. */
  readonly gate: (request: GatedRequest) => GateAnswer;
  readonly rows?: number;
}) {
  const seen: GatedRequest[] = [];
  let revision = 1;
  let firstIncompleteDate: string | undefined;

  const server = await startWebServer((response, request) => {
    const send = (status: number, body: unknown) =>
      response
        .writeHead(status, { "content-type": "application/json; charset=UTF-8" })
        .end(JSON.stringify(body));
    const refuse = (status: number, reason: string) => {
      const message = `refused: ${reason}`;
      const errors = [{ domain: "global", reason, message }];
      send(status, { error: { code: status, message, errors } });
    };
    const path = /^\/webmasters\/v3\/sites\/([^/]+)(\/searchAnalytics\/query)?$/.exec(request.path);
    if (path === null) return refuse(404, "notFound");
    const siteUrl = decodeURIComponent(path[1] ?? "");
    const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
    const isQuery = path[2] !== undefined;
    const body = isQuery ? JSON.parse(request.body) : {};
    const asked = { token, siteUrl, date: body.startDate ?? "", atMs: Date.now() };
    if (isQuery) seen.push(asked);
    const refusal = options.gate(asked);
    if (refusal !== undefined) return refuse(refusal.status, refusal.reason);
    if (!isQuery) return send(200, { siteUrl, permissionLevel: "siteOwner" });
    const rows = Array.from({ length: options.rows ?? 3 }, (_, index) => ({
      keys: [`https://example.com/${index}`, `query ${index}`],
      clicks: revision,
      impressions: 100,
      ctr: revision / 100,
      position: 2,
    }));
    send(200, {
      ...(body.startRow > 0 ? {} : { rows }),
      responseAggregationType: "byPage",
      ...(firstIncompleteDate === undefined
        ? {}
        : { metadata: { first_incomplete_date: firstIncompleteDate } }),
    });
  });
  return {
    url: server.url,
    seen,
    /** From here on days have other figures, and those from `date` on are said to be incomplete. */
    revise(next: number, date: string | undefined) {
      revision = next;
      firstIncompleteDate = date;
      seen.length = 0;
    },
    stop: server.stop,
  };
}

export type GatedSearchConsole = Awaited<ReturnType<typeof startGatedSearchConsole>>;
