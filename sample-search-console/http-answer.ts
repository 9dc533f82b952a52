/** Status and JSON body of an answer. */
export type HttpAnswer = { readonly status: number; readonly body: object };

/** Refusals as Google writes them: https://developers.google.com/webmaster-tools/v1/errors */
export function badRequest(message: string, reason = "badRequest"): HttpAnswer {
  return errorAnswer(400, "global", reason, message, "INVALID_ARGUMENT");
}

export function forbidden(siteUrl: string): HttpAnswer {
  const help = "See also: https://support.google.com/webmasters/answer/2451999.";
  const message = `User does not have sufficient permission for site '${siteUrl}'. ${help}`;
  return errorAnswer(403, "global", "forbidden", message, "PERMISSION_DENIED");
}

export function unauthorized(message: string, reason: string): HttpAnswer {
  return errorAnswer(401, "global", reason, message, "UNAUTHENTICATED");
}

export function serverError(status: 500 | 503): HttpAnswer {
  return status === 500
    ? errorAnswer(500, "global", "backendError", "Backend Error", "INTERNAL")
    : errorAnswer(503, "global", "backendError", "The service is unavailable.", "UNAVAILABLE");
}

export function userQuotaRefusal(): HttpAnswer {
  const message = "User Rate Limit Exceeded";
  return errorAnswer(403, "usageLimits", "userRateLimitExceeded", message);
}

export function unknownSite(siteUrl: string): HttpAnswer {
  const message = `'${siteUrl}' is not a property of this account.`;
  return errorAnswer(404, "global", "notFound", message, "NOT_FOUND");
}

export function unknownPath(): HttpAnswer {
  return errorAnswer(404, "global", "notFound", "Not Found", "NOT_FOUND");
}

export function internalError(cause: unknown): HttpAnswer {
  const message = `Internal error encountered: ${String(cause)}`;
  return errorAnswer(500, "global", "backendError", message, "INTERNAL");
}

/** Google says the same with either status: refusals take turns, the first is a 403. */
export function quotaRefusal(turn: number): HttpAnswer {
  if (turn % 2 === 1) {
    return errorAnswer(429, "usageLimits", "rateLimitExceeded", "Rate Limit Exceeded");
  }
  const message =
    "Quota exceeded. Learn about usage limits: https://developers.google.com/webmaster-tools/limits.";
  return errorAnswer(403, "usageLimits", "quotaExceeded", message);
}

/** Too many within a second; Google does not publish how many that is. */
export function secondQuotaRefusal(): HttpAnswer {
  const message = "Search Analytics QPS quota exceeded. Rate of requests is too high.";
  return errorAnswer(429, "usageLimits", "rateLimitExceeded", message);
}

function errorAnswer(
  status: number,
  domain: string,
  reason: string,
  message: string,
  canonical?: string,
): HttpAnswer {
  const errors = [{ message, domain, reason }];
  const error = { code: status, message, errors };
  return {
    status,
    body: { error: canonical === undefined ? error : { ...error, status: canonical } },
  };
}
