import { afterEach, describe, expect, test } from "vitest";
import type { Report } from "../../shared/request/report.ts";
import { sharedToken } from "../../shared/search-console/google-account.ts";
import type { Authorizer } from "../../shared/search-console/google-credentials.ts";
import { googleSearchConsole } from "../../shared/search-console/google-search-console.ts";
import { SearchConsoleError } from "../../shared/search-console/search-console-error.ts";
import { pacific } from "../support/samples/pacific.ts";
import { startWebServer } from "../support/servers/web-server.ts";

const report: Report = {
  id: "page_query",
  searchType: "web",
  dimensions: ["page", "query"],
  dataState: "final",
};
const request = {
  siteUrl: "sc-domain:example.com",
  report,
  date: pacific("2026-05-06"),
  startRow: 25_000,
};
const row = {
  keys: ["https://example.com/", "a"],
  clicks: 1,
  impressions: 2,
  ctr: 0.5,
  position: 3,
};
const goodBody = JSON.stringify({ rows: [row], responseAggregationType: "byPage" });

/** A client that has that token and no other. */
function tokens(token: string): Authorizer {
  return { getRequestHeaders: async () => new Headers({ authorization: `Bearer ${token}` }) };
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function serve(respond: Parameters<typeof startWebServer>[0]) {
  const server = await startWebServer(respond);
  stops.push(server.stop);
  return server;
}

function never(): AbortSignal {
  return new AbortController().signal;
}

async function failureOf(promise: Promise<unknown>): Promise<SearchConsoleError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof SearchConsoleError) return error;
    throw error;
  }
  throw new Error("the request succeeded");
}

describe("a request", () => {
  test("asks for one date's page, in the report's shape", async () => {
    const server = await serve((response) => response.end(goodBody));
    const page = await googleSearchConsole({ rootUrl: server.url }).fetchPage(request, never());
    expect(page.rows).toEqual([row]);
    expect(JSON.parse(server.received[0]?.body ?? "")).toEqual({
      startDate: "2026-05-06",
      endDate: "2026-05-06",
      dimensions: ["page", "query"],
      type: "web",
      dataState: "final",
      rowLimit: 25_000,
      startRow: 25_000,
    });
  });

  test.each([
    ["sc-domain:example.com", "sc-domain%3Aexample.com"],
    ["https://example.com/a%20b/", "https%3A%2F%2Fexample.com%2Fa%2520b%2F"],
    ["https://example.com/ü/", "https%3A%2F%2Fexample.com%2F%C3%BC%2F"],
  ])("encodes all of %s, whatever slash the root URL ends in", async (siteUrl, encoded) => {
    const server = await serve((response) => response.end(goodBody));
    for (const rootUrl of [server.url, `${server.url}/`, `${server.url}/below/`]) {
      await googleSearchConsole({ rootUrl }).fetchPage({ ...request, siteUrl }, never());
    }
    const path = `/webmasters/v3/sites/${encoded}/searchAnalytics/query`;
    expect(server.received.map((one) => one.path)).toEqual([path, path, `/below${path}`]);
  });

  test("carries no credentials when no account is given", async () => {
    const server = await serve((response) => response.end(goodBody));
    await googleSearchConsole({ rootUrl: server.url }).fetchPage(request, never());
    expect(server.received[0]?.headers.authorization).toBeUndefined();
  });

  test("carries the account's token, asked for just before it", async () => {
    const server = await serve((response) => response.end(goodBody));
    const auth = sharedToken("account seo", async () => tokens("t1"));
    await googleSearchConsole({ rootUrl: server.url, auth }).fetchPage(request, never());
    expect(server.received[0]?.headers.authorization).toBe("Bearer t1");
  });

  test("that is refused with 401 asks for one more try, with a new token", async () => {
    const server = await serve((response, { headers }) =>
      response.writeHead(headers.authorization === "Bearer t2" ? 200 : 401).end(goodBody),
    );
    let opened = 0;
    const auth = sharedToken("account seo", async () => {
      opened += 1;
      return tokens(`t${opened}`);
    });
    const console = googleSearchConsole({ rootUrl: server.url, auth });
    const refused = await Promise.all(
      Array.from({ length: 8 }, () => failureOf(console.fetchPage(request, never()))),
    );
    expect(refused.map((error) => error.failure.kind)).toEqual(Array(8).fill("stale-token"));
    await Promise.all(Array.from({ length: 8 }, () => console.fetchPage(request, never())));
    expect(opened).toBe(2);
  });

  test("that is refused with 401 and had no token is a matter of credentials", async () => {
    const server = await serve((response) => response.writeHead(401).end());
    const error = await failureOf(
      googleSearchConsole({ rootUrl: server.url }).fetchPage(request, never()),
    );
    expect(error.failure.kind).toBe("credentials");
  });

  test("is not sent when no token can be had", async () => {
    const server = await serve((response) => response.end(goodBody));
    const auth = sharedToken("account seo", () => Promise.reject(new Error("invalid_grant")));
    const error = await failureOf(
      googleSearchConsole({ rootUrl: server.url, auth }).fetchPage(request, never()),
    );
    expect(error.failure.kind).toBe("credentials");
    expect(error.message).toMatch(/^account seo: .*Sign in again/);
    expect(server.received).toEqual([]);
  });

  test("beyond this machine needs https", () => {
    expect(() => googleSearchConsole({ rootUrl: "http://example.com/" })).toThrow(RangeError);
  });

  test("is sent once: nothing is retried here", async () => {
    const server = await serve((response) => response.writeHead(503).end());
    await failureOf(googleSearchConsole({ rootUrl: server.url }).fetchPage(request, never()));
    expect(server.received).toHaveLength(1);
  });

  test("is not redirected: the next server would be told what Google was asked", async () => {
    const server = await serve((response) =>
      response.writeHead(307, { location: "/elsewhere" }).end(),
    );
    const error = await failureOf(
      googleSearchConsole({ rootUrl: server.url }).fetchPage(request, never()),
    );
    expect(error.failure.kind).toBe("transient");
    expect(server.received).toHaveLength(1);
  });
});

describe("connections", () => {
  test("are kept alive: 100 requests in a row open one or two", async () => {
    const server = await serve((response) => response.end(goodBody));
    const client = googleSearchConsole({ rootUrl: server.url });
    for (let turn = 0; turn < 100; turn += 1) await client.fetchPage(request, never());
    expect(server.received).toHaveLength(100);
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  test("are kept alive after refusals too", async () => {
    const server = await serve((response) => response.writeHead(403).end(goodBody));
    const client = googleSearchConsole({ rootUrl: server.url });
    for (let turn = 0; turn < 20; turn += 1) await failureOf(client.fetchPage(request, never()));
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  test("are opened for each request when keepAlive is off", async () => {
    const server = await serve((response) => response.end(goodBody));
    const client = googleSearchConsole({ rootUrl: server.url, keepAlive: false });
    for (let turn = 0; turn < 5; turn += 1) await client.fetchPage(request, never());
    expect(server.connections()).toBe(5);
  });
});

describe("faults", () => {
  test.each([
    ["JSON that ends too early", (body: string) => body.slice(0, -10), "cut off"],
    ["HTML with status 200", () => "<!DOCTYPE html><html>Sign in</html>", "HTML"],
  ])("%s is transient", async (_name, spoil, said) => {
    const server = await serve((response) => response.end(spoil(goodBody)));
    const error = await failureOf(
      googleSearchConsole({ rootUrl: server.url }).fetchPage(request, never()),
    );
    expect(error.failure.kind).toBe("transient");
    expect(error.message).toContain(said);
  });

  test.each([
    ["with a length", { "content-length": goodBody.length }],
    ["in chunks", { "transfer-encoding": "chunked" }],
  ])("a connection reset in the middle of a body %s is transient", async (_name, headers) => {
    const server = await serve((response) => {
      response.writeHead(200, { "content-type": "application/json", ...headers });
      response.write(goodBody.slice(0, 40), () => response.destroy());
    });
    const error = await failureOf(
      googleSearchConsole({ rootUrl: server.url }).fetchPage(request, never()),
    );
    expect(error.failure).toEqual({ kind: "transient", retryAfterMs: null });
    expect(error.status).toBeNull();
  });

  test("a server that is not there is transient, by name", async () => {
    const server = await startWebServer((response) => response.end());
    await server.stop();
    const error = await failureOf(
      googleSearchConsole({ rootUrl: server.url }).fetchPage(request, never()),
    );
    expect(error.failure.kind).toBe("transient");
    expect(error.reason).toBe("ECONNREFUSED");
  });

  test.each([
    ["never begins", () => undefined],
    ["begins and never ends", (write: (text: string) => void) => write(goodBody.slice(0, 40))],
  ])("an answer that %s is transient after the timeout", async (_name, begin) => {
    const server = await serve((response) => begin((text) => response.write(text)));
    const client = googleSearchConsole({ rootUrl: server.url, requestTimeoutMs: 60 });
    const error = await failureOf(client.fetchPage(request, never()));
    expect(error.failure.kind).toBe("transient");
    expect(error.reason).toBe("timeout");
  });

  test("a quota refusal tells its period, scope and Retry-After", async () => {
    const message = "Search Analytics QPS quota exceeded.";
    const errors = [{ domain: "usageLimits", reason: "quotaExceeded", message }];
    const server = await serve((response) =>
      response
        .writeHead(403, { "retry-after": "3" })
        .end(JSON.stringify({ error: { code: 403, message, errors } })),
    );
    const error = await failureOf(
      googleSearchConsole({ rootUrl: server.url }).fetchPage(request, never()),
    );
    expect(error.failure).toEqual({
      kind: "quota",
      period: "second",
      scope: "property",
      retryAfterMs: 3_000,
    });
  });
});

describe("giving up", () => {
  test("a request that was given up before is never sent", async () => {
    const server = await serve((response) => response.end(goodBody));
    const client = googleSearchConsole({ rootUrl: server.url });
    const error = await failureOf(client.fetchPage(request, AbortSignal.abort()));
    expect(error.failure).toEqual({ kind: "aborted" });
    expect(server.received).toHaveLength(0);
  });

  test.each([
    ["before the answer", () => undefined],
    [
      "in the middle of the answer",
      (write: (text: string) => void) => write(goodBody.slice(0, 40)),
    ],
  ])("%s ends the request at once and hangs up", async (_name, begin) => {
    const controller = new AbortController();
    const hungUp = Promise.withResolvers<void>();
    const server = await serve((response) => {
      response.on("close", () => hungUp.resolve());
      begin((text) => response.write(text));
      setImmediate(() => controller.abort());
    });
    const client = googleSearchConsole({ rootUrl: server.url });
    const error = await failureOf(client.fetchPage(request, controller.signal));
    expect(error.failure).toEqual({ kind: "aborted" });
    await hungUp.promise;
  });

  test("does not wait for a token that never comes", async () => {
    const controller = new AbortController();
    const auth = sharedToken("account seo", () => {
      setImmediate(() => controller.abort());
      return new Promise<Authorizer>(() => undefined);
    });
    const error = await failureOf(
      googleSearchConsole({ auth }).fetchPage(request, controller.signal),
    );
    expect(error.failure).toEqual({ kind: "aborted" });
  });
});
