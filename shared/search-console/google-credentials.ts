import { auth } from "@googleapis/searchconsole";
import { classifyFault, networkCode } from "./google-errors.ts";
import { redact } from "./redact.ts";
import { googleRootUrl } from "./root-url.ts";
import { SearchConsoleError } from "./search-console-error.ts";

/** Gives requests their Authorization header; every client of google-auth-library is one. */
export type Authorizer = { getRequestHeaders(url?: string): Promise<Headers> };

export const searchConsoleScope = "https://www.googleapis.com/auth/webmasters.readonly";

/** Google's application default credentials: a key file, gcloud's login, or the host's identity. */
export function applicationDefaultCredentials(): Authorizer {
  return new auth.GoogleAuth({
    scopes: [searchConsoleScope],
    // The library's own node-fetch reports complete answers on kept-alive sockets as cut off:
    // https://github.com/nodejs/node/issues/63989
    clientOptions: { transporterOptions: { fetchImplementation: fetch } },
  });
}

/** The headers for a request to Google; failures are `credentials`, or transient ones. */
export async function authorizationHeaders(
  authorizer: Authorizer,
): Promise<Record<string, string>> {
  try {
    return Object.fromEntries(await authorizer.getRequestHeaders(googleRootUrl));
  } catch (error) {
    throw error instanceof SearchConsoleError ? error : classifyAuthorizationFault(error);
  }
}

/** Credentials that cannot work until a person mends them. */
export function credentialsError(reason: string, message: string): SearchConsoleError {
  return new SearchConsoleError(message, {
    failure: { kind: "credentials" },
    status: null,
    reason,
  });
}

/** What it means that no token could be had. */
export function classifyAuthorizationFault(error: unknown): SearchConsoleError {
  const status = statusOf(error);
  const code = networkCode(error);
  if (status !== null && (status >= 500 || status === 429 || status === 408)) {
    return new SearchConsoleError(`Google's token endpoint answered HTTP ${status}.`, {
      failure: { kind: "transient", retryAfterMs: null },
      status,
      reason: `http${status}`,
    });
  }
  if (status === null && code !== undefined && !fileCodes.has(code)) return classifyFault(error);
  const said = error instanceof Error ? redact(error.message) : "";
  const reason = /invalid_grant/.test(said) ? "invalid_grant" : (code ?? "noCredentials");
  return new SearchConsoleError(`No access to Google: ${adviceOn(reason, said)}`, {
    failure: { kind: "credentials" },
    status,
    reason,
  });
}

const fileCodes = new Set(["ENOENT", "EACCES", "EISDIR", "ENOTDIR"]);

function adviceOn(reason: string, said: string): string {
  if (/Could not load the default credentials/.test(said)) {
    return 'there are no credentials. Name a key with "gsc-sync properties add --credentials FILE" or in GOOGLE_APPLICATION_CREDENTIALS, or sign in with "gsc-sync login".';
  }
  if (reason !== "invalid_grant") {
    return `${said} Set GOOGLE_APPLICATION_CREDENTIALS to a service account's key file, or sign in with "gsc-sync login".`;
  }
  return (
    'invalid_grant: sign in again with "gsc-sync login". Refresh tokens of an OAuth app whose ' +
    'publishing status is "testing" die after 7 days: publish the app to end that. With a service ' +
    "account, its key may have been deleted, or this machine's clock is wrong."
  );
}

function statusOf(error: unknown): number | null {
  if (!(error instanceof Error) || !("status" in error)) return null;
  return typeof error.status === "number" ? error.status : null;
}
