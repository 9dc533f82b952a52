/**
 * What a failed request means, decided once, at the edge, from status and Google's structured
 * reason (never from the message alone).
 *
 * | kind         | fate                                                        |
 * |--------------|-------------------------------------------------------------|
 * | quota        | the scope closes for everyone; the unit waits, no attempt   |
 * | forbidden    | the property's owner says no: the property's run stops      |
 * | unknown-site | the property does not exist for this account: run stops     |
 * | credentials  | wrong or expired credentials: run stops                     |
 * | stale-token  | 401: sent once more with a new token, then as credentials   |
 * | invalid      | Google will never answer this request: the unit fails       |
 * | transient    | 5xx, timeouts, foreign bodies: retried with backoff         |
 * | unusable     | a 200 that breaks the contract: the same again is final     |
 * | aborted      | we gave up the request ourselves (halt, lease lost)         |
 */
export type SearchConsoleFailure =
  | {
      readonly kind: "quota";
      readonly period: QuotaPeriod;
      readonly scope: "property" | "account" | "project";
      readonly retryAfterMs: number | null;
    }
  | { readonly kind: "forbidden" | "unknown-site" | "credentials" | "stale-token" }
  | { readonly kind: "invalid" | "aborted" }
  | { readonly kind: "transient"; readonly retryAfterMs: number | null }
  /** `believedAfter`: how often the same answer has to come until it is believed. */
  | { readonly kind: "unusable"; readonly believedAfter: number };

/** Which of Google's limits refused: requests a second, a minute, a day, or the load quota. */
export type QuotaPeriod = "second" | "minute" | "load" | "day";

export class SearchConsoleError extends Error {
  readonly failure: SearchConsoleFailure;
  /** HTTP status, or null when no answer came. */
  readonly status: number | null;
  /** Google's `error.errors[0].reason`, or a network code. */
  readonly reason: string;

  constructor(
    message: string,
    details: {
      failure: SearchConsoleFailure;
      status: number | null;
      reason: string;
      cause?: unknown;
    },
  ) {
    super(message, { cause: details.cause });
    this.name = "SearchConsoleError";
    this.failure = details.failure;
    this.status = details.status;
    this.reason = details.reason;
  }
}
