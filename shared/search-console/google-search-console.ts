import { type MethodOptions, searchconsole } from "@googleapis/searchconsole";
import * as z from "zod";
import { parseJson } from "../lib/parse-json.ts";
import type { AccountAuthorizer } from "./google-account.ts";
import {
  type BodyLimit,
  bodyFault,
  boundedFetch,
  mostAnswerBytes,
  mostPageBytes,
} from "./google-bounded-fetch.ts";
import {
  aborted,
  classifyFault,
  classifyRefusal,
  type Refusal,
  staleToken,
  timedOut,
} from "./google-errors.ts";
import { queryOf, readPage } from "./google-query.ts";
import { googleRootUrl, rootUrlFault } from "./root-url.ts";
import type { SearchConsole, Sites } from "./search-console.ts";
import { SearchConsoleError } from "./search-console-error.ts";

export type GoogleSearchConsoleOptions = {
  /** Another Search Console server, with or without a trailing slash. */
  readonly rootUrl?: string;
  /** Whose requests these are; absent: nobody's, which Google itself never answers. */
  readonly auth?: AccountAuthorizer | undefined;
  /** From the first byte sent to the last byte read, credentials included. */
  readonly requestTimeoutMs?: number;
  /** Reuse connections; false opens one a request. */
  readonly keepAlive?: boolean;
};

/**
 * Search Console through Google's generated client. One call is one HTTP request: nothing is
 * retried, redirected or re-sent here, because each request has been claimed from the quota.
 */
export function googleSearchConsole(
  options: GoogleSearchConsoleOptions = {},
): SearchConsole & Sites {
  const { rootUrl = googleRootUrl, auth, requestTimeoutMs = 60_000, keepAlive = true } = options;
  const fault = rootUrlFault(rootUrl);
  if (fault !== undefined) throw new RangeError(`Search Console root URL: ${fault}`);
  const client = searchconsole({ version: "v1" });

  /** Authorises and sends; what is no success is thrown, classified. */
  async function ask(
    call: Call,
    signal: AbortSignal,
    limit: BodyLimit = { mostBytes: mostAnswerBytes },
  ): Promise<string> {
    const { answer, headers } = await withDeadline(signal, requestTimeoutMs, async (either) => {
      const headers = (await auth?.headers()) ?? {};
      either.throwIfAborted();
      const answered = await call(optionsOf(headers, either, limit));
      return { answer: answerOf(answered), headers };
    });
    if (answer.status === 200) return answer.body;
    const error = classifyRefusal(answer, serverTime(answer.date));
    if (answer.status !== 401 || auth === undefined) throw error;
    auth.refuse(headers);
    throw staleToken(error);
  }

  function optionsOf(
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    limit: BodyLimit,
  ): MethodOptions {
    return {
      rootUrl,
      headers: keepAlive ? { ...headers } : { ...headers, connection: "close" },
      signal,
      retry: false,
      redirect: "manual",
      // Any status is an answer: an exception would drag the request and its token along.
      validateStatus: () => true,
      responseType: "text",
      // Node's own fetch keeps connections alive. The client's default (node-fetch 3) reports
      // complete answers on kept-alive sockets as cut off, and takes cut-off gzip for complete:
      // https://github.com/nodejs/node/issues/63989, https://github.com/node-fetch/node-fetch/issues/1576
      fetchImplementation: boundedFetch(limit),
    };
  }

  return {
    async ready(signal) {
      if (auth === undefined) return;
      await withDeadline(signal, requestTimeoutMs, () => auth.headers());
    },
    async fetchPage(request, signal, arriving) {
      const query = queryOf(request);
      const body = await ask((sent) => client.searchanalytics.query(query, sent), signal, {
        mostBytes: mostPageBytes,
        failure: { kind: "unusable", believedAfter: 2 },
        arriving,
      });
      return { ...readPage(body, request), bytes: Buffer.byteLength(body) };
    },
    async permissionLevel(siteUrl, signal) {
      return parsePermission(await ask((sent) => client.sites.get({ siteUrl }, sent), signal));
    },
  };
}

type Call = (options: MethodOptions) => Promise<CallAnswer>;
type CallAnswer = {
  readonly status: number;
  readonly data: unknown;
  readonly headers: {
    readonly "retry-after"?: string | undefined;
    readonly date?: string | undefined;
  };
};

function answerOf({ status, data, headers }: CallAnswer): Answer {
  return {
    status,
    body: String(data),
    retryAfter: headers["retry-after"] ?? null,
    date: headers.date ?? null,
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
    throw bodyFault(error) ?? classifyFault(error);
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

const SiteSchema = z.object({ permissionLevel: z.string() });

/**
 * Reads the body of a successful `sites.get`.
 * Source: https://developers.google.com/webmaster-tools/v1/sites#resource
 */
function parsePermission(body: string): string {
  const parsed = SiteSchema.safeParse(parseJson(body));
  if (parsed.success) return parsed.data.permissionLevel;
  throw new SearchConsoleError("Search Console's answer cannot be used: it names no permission.", {
    failure: { kind: "transient", retryAfterMs: null },
    status: 200,
    reason: "brokenBody",
  });
}
