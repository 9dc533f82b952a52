import { causesOf } from "../lib/causes.ts";
import { nextPacificMidnight } from "../request/pacific-date.ts";
import { type GoogleErrorBody, parseGoogleErrorBody } from "./google-error-body.ts";
import { redact } from "./redact.ts";
import {
  type QuotaPeriod,
  SearchConsoleError,
  type SearchConsoleFailure,
} from "./search-console-error.ts";

/** An HTTP answer that is no success. */
export type Refusal = {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | null;
};

/** What an answer that is no success means; `nowMs` reads a Retry-After that is a date. */
export function classifyRefusal(refusal: Refusal, nowMs: number): SearchConsoleError {
  const body = parseGoogleErrorBody(refusal.body);
  const retryAfterMs = parseRetryAfter(refusal.retryAfter, nowMs) ?? body.retryDelayMs;
  const reason = body.reason ?? body.canonical ?? `http${refusal.status}`;
  return new SearchConsoleError(messageOf(refusal.status, reason, body), {
    failure: bounded(failureOf(refusal.status, body, retryAfterMs), nowMs),
    status: refusal.status,
    reason,
  });
}

/** What it means that no usable answer came: connection refused or reset, DNS, TLS, a cut body. */
export function classifyFault(error: unknown): SearchConsoleError {
  const code = networkCode(error) ?? "networkError";
  return new SearchConsoleError(`Search Console could not be reached or hung up (${code}).`, {
    failure: { kind: "transient", retryAfterMs: null },
    status: null,
    reason: code,
    cause: withoutRequest(error),
  });
}

export function timedOut(requestTimeoutMs: number): SearchConsoleError {
  return new SearchConsoleError(
    `Search Console did not answer within ${requestTimeoutMs / 1000} s.`,
    { failure: { kind: "transient", retryAfterMs: null }, status: null, reason: "timeout" },
  );
}

/** A 401 to a token of ours, which has been let go: with a new one the request may pass, once. */
export function staleToken({ message, status, reason }: SearchConsoleError): SearchConsoleError {
  return new SearchConsoleError(message, { failure: { kind: "stale-token" }, status, reason });
}

export function aborted(): SearchConsoleError {
  return new SearchConsoleError("The request was given up before it was answered.", {
    failure: { kind: "aborted" },
    status: null,
    reason: "aborted",
  });
}

/** Retry-After in seconds or as an HTTP date; null when absent or unreadable. */
export function parseRetryAfter(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Math.round(Number(header) * 1000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}

/** The network code of a fault: fetch hides it some causes deep. */
export function networkCode(error: unknown): string | undefined {
  const codes = causesOf(error).map((cause) => ("code" in cause ? cause.code : undefined));
  return codes.filter((code) => typeof code === "string").find((code) => code !== "");
}

const quotaReasons = new Set([
  "quotaExceeded",
  "rateLimitExceeded",
  "userRateLimitExceeded",
  "dailyLimitExceeded",
  "dailyLimitExceededUnreg",
  "RATE_LIMIT_EXCEEDED",
  "RESOURCE_EXHAUSTED",
]);

/** A 403 or 400 that no other property would pass either: keys, scopes, an API not switched on. */
const credentialReasons = new Set([
  "authError",
  "invalid_grant",
  "invalid_client",
  "unauthorized_client",
  "keyInvalid",
  "keyExpired",
  "API_KEY_INVALID",
  "accessNotConfigured",
  "SERVICE_DISABLED",
  "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
]);

/** A 403 that is about the property: its owner says no. */
const ownersReasons = new Set(["forbidden", "insufficientPermissions"]);

/**
 * No reason that is not known here stops more than the unit: Google's lists grow. Whatever counts
 * against a usage limit is known by its domain.
 */
function failureOf(
  status: number,
  body: GoogleErrorBody,
  retryAfterMs: number | null,
): SearchConsoleFailure {
  if (status === 401 || body.reasons.some((reason) => credentialReasons.has(reason))) {
    return { kind: "credentials" };
  }
  if (isQuotaRefusal(status, body)) {
    const period = quotaPeriod(body);
    return { kind: "quota", period, scope: quotaScope(body, period), retryAfterMs };
  }
  if (status >= 500 || status === 408) return { kind: "transient", retryAfterMs };
  // Something between us and Google (a proxy, a login page) answers: neither Google
  // nor the property's owner has refused.
  if (!body.structured) return { kind: "transient", retryAfterMs };
  const reason = body.reasons[0];
  if (status === 404 && (reason ?? "notFound") === "notFound") return { kind: "unknown-site" };
  if (status === 403 && (reason === undefined || ownersReasons.has(reason))) {
    return { kind: "forbidden" };
  }
  return { kind: "invalid" };
}

const longestTransientMs = 15 * 60_000;

/** No answer may park a run or close a scope for longer than its kind of failure can last. */
function bounded(failure: SearchConsoleFailure, nowMs: number): SearchConsoleFailure {
  if (failure.kind !== "quota" && failure.kind !== "transient") return failure;
  if (failure.retryAfterMs === null) return failure;
  const longestMs =
    failure.kind === "quota" ? nextPacificMidnight(nowMs) - nowMs : longestTransientMs;
  return { ...failure, retryAfterMs: Math.min(failure.retryAfterMs, longestMs) };
}

function isQuotaRefusal(status: number, body: GoogleErrorBody): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  if (body.domains.includes("usageLimits")) return true;
  if (body.reasons.some((reason) => quotaReasons.has(reason))) return true;
  if (body.canonical === "RESOURCE_EXHAUSTED") return true;
  // With no reason at all, waiting is the mistake that costs less than stopping the property.
  return body.reasons.length === 0 && /quota exceeded|rate limit exceeded/i.test(body.message);
}

/**
 * The reason is the same for most of the limits; the unit, where it is given, and the message
 * distinguish them: "Search Analytics QPS quota exceeded", "Search Analytics load quota exceeded".
 */
function quotaPeriod(body: GoogleErrorBody): QuotaPeriod {
  if (body.reasons.some((reason) => reason.startsWith("dailyLimitExceeded"))) return "day";
  const unit = /^1\/(s|min|d)\//.exec(body.quotaUnit ?? "")?.[1];
  if (unit !== undefined) return unit === "d" ? "day" : unit === "s" ? "second" : "minute";
  if (/\bload quota\b/i.test(body.message)) return "load";
  if (body.reasons.includes("concurrentLimitExceeded")) return "second";
  if (/\bQPS\b|\bper second\b/i.test(body.message)) return "second";
  if (/\bQPD\b|\bper day\b|\bdaily\b/i.test(body.message)) return "day";
  return "minute";
}

function quotaScope(body: GoogleErrorBody, period: QuotaPeriod) {
  if (period === "day") return "project";
  if (body.reasons.includes("userRateLimitExceeded")) return "account";
  if (body.quotaUnit?.endsWith("{user}")) return "account";
  if (body.quotaUnit?.endsWith("{project}")) return "project";
  return "property";
}

function messageOf(status: number, reason: string, body: GoogleErrorBody): string {
  const said = redact(body.message);
  const head = `Search Console answered HTTP ${status} (${redact(reason)})`;
  if (body.structured) return said === "" ? `${head}.` : `${head}: ${said}`;
  return `${head} without a Search Console error; is the root URL right, is a proxy in between?`;
}

/** The client's errors carry the whole request, its Authorization header too: keep what is under. */
function withoutRequest(error: unknown): unknown {
  return error instanceof Error && "config" in error ? error.cause : error;
}
