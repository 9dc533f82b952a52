import { describe, expect, test } from "vitest";
import { nextPacificMidnight } from "../../shared/request/pacific-date.ts";
import {
  classifyFault,
  classifyRefusal,
  parseRetryAfter,
} from "../../shared/search-console/google-errors.ts";

const nowMs = Date.parse("2026-05-20T19:00:00Z");
const limits = "Learn about usage limits: https://developers.google.com/webmaster-tools/v3/limits.";

function classic(code: number, reason: string, message: string, domain = "usageLimits") {
  return JSON.stringify({ error: { code, message, errors: [{ message, domain, reason }] } });
}

/** The shape of Google's newer front end, with details. */
function modern(code: number, status: string, reason: string, quotaUnit?: string) {
  const message = "Quota exceeded for quota metric 'Search Analytics' and its limit.";
  const details = [
    {
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      reason,
      domain: "googleapis.com",
      metadata: { service: "searchconsole.googleapis.com", quota_unit: quotaUnit },
    },
    { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "12.5s" },
  ];
  return JSON.stringify({ error: { code, message, status, details } });
}

const quota = (period: string, scope: string, retryAfterMs: number | null = null) => ({
  kind: "quota",
  period,
  scope,
  retryAfterMs,
});
const transient = { kind: "transient", retryAfterMs: null };

describe("a refusal means", () => {
  test.each([
    [
      "per second, by its message",
      403,
      classic(403, "quotaExceeded", `Search Analytics QPS quota exceeded. ${limits}`),
      quota("second", "property"),
    ],
    [
      "load, by its message",
      403,
      classic(403, "quotaExceeded", `Search Analytics load quota exceeded. ${limits}`),
      quota("load", "property"),
    ],
    [
      "per minute, when it says no more",
      403,
      classic(403, "quotaExceeded", "Quota exceeded"),
      quota("minute", "property"),
    ],
    [
      "per minute as 429",
      429,
      classic(429, "rateLimitExceeded", "Rate Limit Exceeded"),
      quota("minute", "property"),
    ],
    [
      "rate limit as 403",
      403,
      classic(403, "rateLimitExceeded", "Rate Limit Exceeded"),
      quota("minute", "property"),
    ],
    [
      "the user's limit",
      403,
      classic(403, "userRateLimitExceeded", "User Rate Limit Exceeded"),
      quota("minute", "account"),
    ],
    [
      "the day's limit",
      403,
      classic(
        403,
        "dailyLimitExceeded",
        "Daily Limit Exceeded. The quota will be reset at midnight Pacific Time (PT).",
      ),
      quota("day", "project"),
    ],
    [
      "the day's limit, unregistered",
      403,
      classic(403, "dailyLimitExceededUnreg", "Daily Limit for Unauthenticated Use Exceeded."),
      quota("day", "project"),
    ],
    [
      "a quota reason in Google's global domain",
      403,
      classic(403, "rateLimitExceeded", "Quota exceeded.", "global"),
      quota("minute", "property"),
    ],
    ["429 without a body", 429, "", quota("minute", "property")],
    ["429 in HTML", 429, "<html>Sorry</html>", quota("minute", "property")],
    [
      "quota without any reason",
      403,
      '{"error":{"code":403,"message":"Search Analytics load quota exceeded."}}',
      quota("load", "property"),
    ],
    [
      "modern, per minute and user",
      429,
      modern(429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", "1/min/{project}/{user}"),
      quota("minute", "account", 12_500),
    ],
    [
      "modern, per minute and project",
      429,
      modern(429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", "1/min/{project}"),
      quota("minute", "project", 12_500),
    ],
    [
      "modern, per day",
      429,
      modern(429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", "1/d/{project}"),
      quota("day", "project", 12_500),
    ],
    [
      "the owner's no",
      403,
      classic(
        403,
        "forbidden",
        "User does not have sufficient permission for site 'sc-domain:example.com'.",
        "global",
      ),
      { kind: "forbidden" },
    ],
    [
      "missing permissions",
      403,
      classic(403, "insufficientPermissions", "Insufficient Permission", "global"),
      { kind: "forbidden" },
    ],
    [
      "a no without reason",
      403,
      '{"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}',
      { kind: "forbidden" },
    ],
    [
      "requests at once",
      403,
      classic(403, "concurrentLimitExceeded", "Limit exceeded."),
      quota("second", "property"),
    ],
    [
      "a limit that nobody has heard of",
      403,
      classic(403, "weeklyLimitExceeded", "Limit exceeded."),
      quota("minute", "property"),
    ],
    [
      "a 403 for a reason that nobody has heard of",
      403,
      classic(403, "moonPhase", "Not tonight.", "global"),
      { kind: "invalid" },
    ],
    [
      "a 403 of another of Google's services",
      403,
      modern(403, "PERMISSION_DENIED", "CONSUMER_SUSPENDED"),
      { kind: "invalid" },
    ],
    [
      "a 404 for a reason that nobody has heard of",
      404,
      classic(404, "methodMoved", "Elsewhere.", "global"),
      { kind: "invalid" },
    ],
    [
      "a client that is not registered, though the domain is that of limits",
      403,
      classic(403, "accessNotConfigured", "Access Not Configured."),
      { kind: "credentials" },
    ],
    ["a proxy's 403", 403, "<html>Blocked by your company</html>", transient],
    [
      "a token without the scope",
      403,
      modern(403, "PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
      { kind: "credentials" },
    ],
    [
      "an API that is not switched on",
      403,
      classic(403, "accessNotConfigured", "Access Not Configured."),
      { kind: "credentials" },
    ],
    [
      "an unknown property",
      404,
      classic(404, "notFound", "'sc-domain:example.com' is not a property.", "global"),
      { kind: "unknown-site" },
    ],
    [
      "a web server's 404",
      404,
      "<html><title>Not Found</title></html>",
      { kind: "transient", retryAfterMs: null },
    ],
    ["a 404 in plain text", 404, "404 page not found", { kind: "transient", retryAfterMs: null }],
    ["a 404 without a body", 404, "", { kind: "transient", retryAfterMs: null }],
    [
      "an expired token",
      401,
      classic(401, "authError", "Invalid Credentials", "global"),
      { kind: "credentials" },
    ],
    ["401 without a body", 401, "", { kind: "credentials" }],
    [
      "invalid_grant",
      400,
      '{"error":"invalid_grant","error_description":"Token has been expired or revoked."}',
      { kind: "credentials" },
    ],
    [
      "a bad request",
      400,
      classic(400, "invalidParameter", "Invalid value 'x' for startDate.", "global"),
      { kind: "invalid" },
    ],
    ["a redirect", 302, "", transient],
    ["a proxy's 400", 400, "<html>Bad Request</html>", transient],
    ["a failing back end", 500, classic(500, "backendError", "Backend Error", "global"), transient],
    ["503 in HTML", 503, "<!DOCTYPE html><title>Error 503</title>", transient],
    ["a gateway's timeout", 504, "", transient],
    ["a request timeout", 408, "", transient],
  ])("%s", (_name, status, body, failure) => {
    const error = classifyRefusal({ status, body, retryAfter: null }, nowMs);
    expect(error.failure).toEqual(failure);
    expect(error.status).toBe(status);
  });

  test("Google's reason is kept", () => {
    const body = classic(403, "quotaExceeded", "Quota exceeded");
    expect(classifyRefusal({ status: 403, body, retryAfter: null }, nowMs).reason).toBe(
      "quotaExceeded",
    );
  });

  test("a permission error that talks of quota stays a permission error", () => {
    const body = classic(403, "forbidden", "quota exceeded is not why", "global");
    expect(classifyRefusal({ status: 403, body, retryAfter: null }, nowMs).failure.kind).toBe(
      "forbidden",
    );
  });
});

describe("Retry-After", () => {
  test("of a century parks nothing for a century", () => {
    const retryAfter = "9999999999";
    const later = (status: number, body: string) => {
      const { failure } = classifyRefusal({ status, body, retryAfter }, nowMs);
      return failure.kind === "transient" || failure.kind === "quota" ? failure.retryAfterMs : null;
    };
    expect(later(503, "")).toBe(15 * 60_000);
    expect(later(429, "")).toBe(nextPacificMidnight(nowMs) - nowMs);
  });

  test.each([
    ["30", 30_000],
    ["0", 0],
    ["Wed, 20 May 2026 19:02:00 GMT", 120_000],
    ["Wed, 20 May 2026 18:00:00 GMT", 0],
    ["soon", null],
    [null, null],
  ])("%s is %s ms", (header, ms) => {
    expect(parseRetryAfter(header, nowMs)).toBe(ms);
  });

  test("goes with the failure", () => {
    const error = classifyRefusal({ status: 503, body: "", retryAfter: "7" }, nowMs);
    expect(error.failure).toEqual({ kind: "transient", retryAfterMs: 7_000 });
  });
});

describe("messages", () => {
  test("carry no token and no URL query", () => {
    const said =
      "Bearer ya29.secret1 at https://oauth2.googleapis.com/token?refresh_token=secret2 key=secret3 1//secret4";
    const body = classic(400, "badRequest", said, "global");
    const { message } = classifyRefusal({ status: 400, body, retryAfter: null }, nowMs);
    expect(message).toContain("badRequest");
    expect(message).not.toContain("secret");
  });

  test("a fault keeps its network code and drops the request with its header", () => {
    const reset = Object.assign(new Error("reset"), { code: "ECONNRESET" });
    const outer = Object.assign(new Error("request failed", { cause: reset }), {
      config: { headers: { authorization: "Bearer secret" } },
    });
    const error = classifyFault(outer);
    expect(error.reason).toBe("ECONNRESET");
    expect(error.failure).toEqual(transient);
    expect(error.cause).toBe(reset);
  });
});
