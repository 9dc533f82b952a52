import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { parseJson } from "../shared/lib/parse-json.ts";
import type { Analytics } from "./analytics.ts";
import { type FaultBoard, type FaultKind, type FaultTarget, faultAnswer } from "./faults.ts";
import {
  badRequest,
  forbidden,
  type HttpAnswer,
  quotaRefusal,
  serverError,
  unknownSite,
} from "./http-answer.ts";
import { type AnalyticsQuery, AnalyticsQuerySchema, searchTypeOf } from "./query.ts";
import { queryFault } from "./query-rules.ts";
import { createRollingMinute } from "./rolling-minute.ts";
import { findSampleProperty } from "./sample-properties.ts";
import type { seenRequests } from "./seen.ts";
import type { SignedIn } from "./sign-in.ts";

export type QueryPathInsides = {
  readonly analytics: Analytics;
  readonly seen: ReturnType<typeof seenRequests>;
  readonly faults: FaultBoard;
  /** Requests a property may have answered in any 60 seconds. */
  readonly qpm: number;
  readonly nowMs: () => number;
};

export type QueryAnswer = { readonly given: HttpAnswer; readonly fault: FaultKind | undefined };

/**
 * Answers a `searchAnalytics.query` and takes note of it. Judged at its arrival, and in this
 * order: who asks, does the property exist, is it allowed, is there quota, is the query valid. An
 * invalid query uses quota, a refused one does not. A fault on demand comes before all but quota.
 */
export function queryPath({ analytics, seen, faults, qpm, nowMs }: QueryPathInsides) {
  const granted = createRollingMinute();
  let refusals = 0;
  let turn = 0;

  function answer(siteUrl: string, asked: Asked, atMs: number): HttpAnswer {
    const { signedIn, parsed, fault, turn } = asked;
    if (signedIn.kind === "out") return signedIn.answer;
    const property = findSampleProperty(siteUrl);
    if (property === undefined || !signedIn.knows(siteUrl)) return unknownSite(siteUrl);
    if (property.forbidden) return forbidden(siteUrl);
    if (granted.count(siteUrl, atMs) >= qpm) {
      seen.refuse(siteUrl);
      refusals += 1;
      return quotaRefusal(refusals - 1);
    }
    granted.arrive(siteUrl, atMs);
    const instead = fault === undefined ? undefined : faultAnswer(fault, siteUrl);
    if (instead !== undefined) return instead;
    if (property.broken === true) return serverError(500);
    if (parsed.kind === "refused") return parsed.answer;
    const tieTurn = fault === "moving-ties" ? turn : undefined;
    return { status: 200, body: analytics.answer(property, parsed.query, atMs, tieTurn) };
  }

  return async (
    siteUrl: string,
    request: IncomingMessage,
    signedIn: SignedIn,
  ): Promise<QueryAnswer> => {
    const atMs = nowMs();
    seen.arrive(siteUrl, atMs);
    const parsed = parseAnalyticsQuery(await text(request));
    const target = targetOf(siteUrl, parsed);
    turn += 1;
    const fault = faults.pick(target, turn);
    const asked = { signedIn, parsed, fault, turn };
    const given = request.method === "POST" ? answer(siteUrl, asked, atMs) : notPost;
    const { date, startRow } = target;
    const { status } = given;
    const note = { siteUrl, date, startRow, atMs, status };
    seen.answered(fault === undefined ? note : { ...note, fault });
    return { given, fault };
  };
}

type Asked = {
  readonly signedIn: SignedIn;
  readonly parsed: ParsedQuery;
  readonly fault: FaultKind | undefined;
  readonly turn: number;
};

const notPost = badRequest("searchAnalytics.query is a POST request.");

function targetOf(siteUrl: string, parsed: ParsedQuery): FaultTarget {
  if (parsed.kind === "refused") return { siteUrl, date: null, startRow: null, searchType: null };
  const { startDate: date, startRow } = parsed.query;
  return { siteUrl, date, startRow, searchType: searchTypeOf(parsed.query) };
}

type ParsedQuery =
  | { readonly kind: "query"; readonly query: AnalyticsQuery }
  | { readonly kind: "refused"; readonly answer: HttpAnswer };

function parseAnalyticsQuery(body: string): ParsedQuery {
  const parsed = AnalyticsQuerySchema.safeParse(parseJson(body));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.join(".") ?? "";
    return refused(`Invalid value at '${field === "" ? "body" : field}': ${issue?.message ?? ""}`);
  }
  const fault = queryFault(parsed.data);
  return fault === undefined ? { kind: "query", query: parsed.data } : refused(fault);
}

function refused(message: string): ParsedQuery {
  return { kind: "refused", answer: badRequest(message) };
}
