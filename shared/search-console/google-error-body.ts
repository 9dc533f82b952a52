import { parseJson } from "../lib/parse-json.ts";

/** What Google says about a refusal, from either of its two error shapes; absent parts are null. */
export type GoogleErrorBody = {
  /** Whether the body is a Google error at all (not HTML, not empty). */
  readonly structured: boolean;
  /** `error.errors[0].reason`, else the ErrorInfo's reason, else the token endpoint's code. */
  readonly reason: string | null;
  /** Every reason that is given, in the order above. */
  readonly reasons: readonly string[];
  /** Every domain that is given: `usageLimits`, `global`, … */
  readonly domains: readonly string[];
  /** The canonical code: `RESOURCE_EXHAUSTED`, `PERMISSION_DENIED`, … */
  readonly canonical: string | null;
  readonly message: string;
  /** The limit's unit as Service Control names it: `1/min/{project}/{user}`. */
  readonly quotaUnit: string | null;
  /** RetryInfo's delay. */
  readonly retryDelayMs: number | null;
};

/**
 * Reads `{"error": {code, message, errors[], status, details[]}}` and the token endpoint's
 * `{"error": "invalid_grant", "error_description": …}`.
 * Sources: https://developers.google.com/webmaster-tools/v1/errors, https://google.aip.dev/193
 */
export function parseGoogleErrorBody(body: string): GoogleErrorBody {
  const outer = asObject(parseJson(body));
  const code = asText(outer?.error);
  if (code !== null) {
    return { ...nothing, structured: true, reason: code, reasons: [code], message: code };
  }
  const error = asObject(outer?.error);
  if (error === undefined) return nothing;
  const details = asList(error.details).map((detail) => asObject(detail) ?? {});
  const reasons = [
    asText(asObject(asList(error.errors)[0])?.reason),
    ...details.map((detail) => asText(detail.reason)),
  ].filter((reason) => reason !== null);
  const domains = asList(error.errors)
    .map((each) => asText(asObject(each)?.domain))
    .filter((domain) => domain !== null);
  const units = details.map((detail) => asText(asObject(detail.metadata)?.quota_unit));
  const delays = details.map((detail) => asSeconds(detail.retryDelay));
  return {
    structured: true,
    reason: reasons[0] ?? null,
    reasons,
    domains,
    canonical: asText(error.status),
    message: asText(error.message) ?? "",
    quotaUnit: units.find((unit) => unit !== null) ?? null,
    retryDelayMs: delays.find((delay) => delay !== null) ?? null,
  };
}

const nothing: GoogleErrorBody = {
  structured: false,
  reason: null,
  reasons: [],
  domains: [],
  canonical: null,
  message: "",
  quotaUnit: null,
  retryDelayMs: null,
};

function asObject(value: unknown): Record<string, unknown> | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? { ...value } : undefined;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function asText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** A protobuf duration in JSON: `"30s"`, `"1.5s"`. */
function asSeconds(value: unknown): number | null {
  const match = typeof value === "string" ? /^(\d+(?:\.\d+)?)s$/.exec(value) : null;
  return match?.[1] === undefined ? null : Number(match[1]) * 1000;
}
