import type { IncomingMessage } from "node:http";
import type { Analytics } from "./analytics.ts";
import { type ParsedQuery, parseAnalyticsQuery } from "./analytics-query.ts";
import {
  badRequest,
  forbidden,
  type HttpAnswer,
  quotaRefusal,
  unknownSite,
} from "./http-answer.ts";
import { rollingMinute } from "./rolling-minute.ts";
import { findSampleProperty } from "./sample-properties.ts";
import type { SeenRequest, seenRequests } from "./seen.ts";

export type QueryPathInsides = {
  readonly analytics: Analytics;
  readonly seen: ReturnType<typeof seenRequests>;
  /** Requests a property may have answered in any 60 seconds. */
  readonly qpm: number;
  readonly now: () => number;
};

/** The property that a `searchAnalytics.query` path names, decoded; undefined for other paths. */
export function siteUrlOf(path: string): string | undefined {
  const encoded = /^\/webmasters\/v3\/sites\/([^/]+)\/searchAnalytics\/query$/.exec(path)?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/**
 * Answers a `searchAnalytics.query` and takes note of it. Judged at its arrival, and in this
 * order: does the property exist, is it allowed, is there quota, is the query valid. An invalid
 * query uses quota, a refused one does not.
 */
export function queryPath({ analytics, seen, qpm, now }: QueryPathInsides) {
  const granted = rollingMinute();
  let refusals = 0;

  function answer(siteUrl: string, parsed: ParsedQuery, atMs: number): HttpAnswer {
    const property = findSampleProperty(siteUrl);
    if (property === undefined) return unknownSite(siteUrl);
    if (property.forbidden) return forbidden(siteUrl);
    if (granted.count(siteUrl, atMs) >= qpm) {
      seen.refuse(siteUrl);
      refusals += 1;
      return quotaRefusal(refusals - 1);
    }
    granted.arrive(siteUrl, atMs);
    if (parsed.kind === "refused") return parsed.answer;
    return { status: 200, body: analytics.answer(property, parsed.query, atMs) };
  }

  return async (siteUrl: string, request: IncomingMessage): Promise<HttpAnswer> => {
    const atMs = now();
    seen.arrive(siteUrl, atMs);
    const parsed = parseAnalyticsQuery(await readBody(request));
    const given = request.method === "POST" ? answer(siteUrl, parsed, atMs) : notPost;
    seen.answered(noteOf(siteUrl, parsed, atMs, given.status));
    return given;
  };
}

const notPost = badRequest("searchAnalytics.query is a POST request.");

function noteOf(siteUrl: string, parsed: ParsedQuery, atMs: number, status: number): SeenRequest {
  if (parsed.kind === "refused") return { siteUrl, date: null, startRow: null, atMs, status };
  const { startDate: date, startRow } = parsed.query;
  return { siteUrl, date, startRow, atMs, status };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
