import { searchconsole } from "@googleapis/searchconsole";
import {
  type Authorizer,
  applicationDefaultCredentials,
  authorizationHeaders,
} from "./google-credentials.ts";
import {
  aborted,
  classifyFault,
  classifyRefusal,
  type Refusal,
  timedOut,
} from "./google-errors.ts";
import { queryOf, readPage } from "./google-query.ts";
import { googleRootUrl, isLoopback, rootUrlFault } from "./root-url.ts";
import type { PageRequest, SearchConsole } from "./search-console.ts";
import { SearchConsoleError } from "./search-console-error.ts";

export type GoogleSearchConsoleOptions = {
  /** Another Search Console server, with or without a trailing slash. */
  readonly rootUrl?: string;
  /** Whose credentials; absent: application default credentials. Loopback gets none in any case. */
  readonly auth?: Authorizer;
  /** From the first byte sent to the last byte read, credentials included. */
  readonly requestTimeoutMs?: number;
  /** Reuse connections; false opens one a request. */
  readonly keepAlive?: boolean;
};

/**
 * Search Console through Google's generated client. One call is one HTTP request: nothing is
 * retried, redirected or re-sent here, because each request has been claimed from the quota.
 */
export function googleSearchConsole(options: GoogleSearchConsoleOptions = {}): SearchConsole {
  const { rootUrl = googleRootUrl, requestTimeoutMs = 60_000, keepAlive = true } = options;
  const fault = rootUrlFault(rootUrl);
  if (fault !== undefined) throw new RangeError(`Search Console root URL: ${fault}`);
  const authorizer = isLoopback(rootUrl)
    ? undefined
    : (options.auth ?? applicationDefaultCredentials());
  const client = searchconsole({ version: "v1" });

  async function send(request: PageRequest, signal: AbortSignal): Promise<Answer> {
    const headers =
      authorizer === undefined ? {} : await authorizationHeaders(authorizer, googleRootUrl);
    signal.throwIfAborted();
    const answer = await client.searchanalytics.query(queryOf(request), {
      rootUrl,
      headers: keepAlive ? headers : { ...headers, connection: "close" },
      signal,
      retry: false,
      redirect: "manual",
      // Any status is an answer: an exception would drag the request and its token along.
      validateStatus: () => true,
      responseType: "text",
      // Node's own fetch keeps connections alive. The client's default (node-fetch 3) reports
      // complete answers on kept-alive sockets as cut off, and takes cut-off gzip for complete:
      // https://github.com/nodejs/node/issues/63989, https://github.com/node-fetch/node-fetch/issues/1576
      fetchImplementation: fetch,
    });
    return {
      status: answer.status,
      body: String(answer.data),
      retryAfter: answer.headers["retry-after"] ?? null,
      date: answer.headers.date ?? null,
    };
  }

  return {
    async fetchPage(request, signal) {
      const answer = await withDeadline(signal, requestTimeoutMs, (either) =>
        send(request, either),
      );
      if (answer.status === 200) return readPage(answer.body, request);
      throw classifyRefusal(answer, serverTime(answer.date));
    },
  };
}

type Answer = Refusal & { readonly date: string | null };

/**
 * Runs `send` until it answers, the caller aborts, or the time is up; whichever comes first
 * decides the failure. Waits for nothing else: a token request that hangs cannot be aborted.
 */
async function withDeadline<T>(
  signal: AbortSignal,
  timeoutMs: number,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw aborted();
  const either = new AbortController();
  const giveUp = Promise.withResolvers<never>();
  const end = (failure: SearchConsoleError) => {
    giveUp.reject(failure);
    either.abort(failure);
  };
  const onAbort = () => end(aborted());
  const timer = setTimeout(() => end(timedOut(timeoutMs)), timeoutMs);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([send(either.signal), giveUp.promise]);
  } catch (error) {
    if (either.signal.reason instanceof SearchConsoleError) throw either.signal.reason;
    throw error instanceof SearchConsoleError ? error : classifyFault(error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** A Retry-After that is a date is measured against the clock of the server that wrote it. */
function serverTime(dateHeader: string | null): number {
  const date = Date.parse(dateHeader ?? "");
  return Number.isNaN(date) ? Date.now() : date;
}
