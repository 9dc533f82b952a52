import { auth } from "@googleapis/searchconsole";
import * as z from "zod";
import { parseJson } from "../lib/parse-json.ts";
import { bodyFault, boundedFetch, mostAnswerBytes } from "./google-bounded-fetch.ts";
import { classifyFault, networkCode } from "./google-errors.ts";
import { redact } from "./redact.ts";
import { googleRootUrl } from "./root-url.ts";
import { SearchConsoleError } from "./search-console-error.ts";

/** Gives requests their Authorization header; every client of google-auth-library is one. */
export type Authorizer = {
  getRequestHeaders(url?: string): Promise<Headers>;
  /** By whom Google counts the requests. */
  readonly signer?: string;
};

export const searchConsoleScope = "https://www.googleapis.com/auth/webmasters.readonly";

/** Google's application default credentials: a key file, gcloud's login, or the host's identity. */
export function applicationDefaultCredentials(): Authorizer {
  return new auth.GoogleAuth({
    scopes: [searchConsoleScope],
    // The library's own node-fetch reports complete answers on kept-alive sockets as cut off:
    // https://github.com/nodejs/node/issues/63989
    clientOptions: {
      transporterOptions: { fetchImplementation: boundedFetch({ mostBytes: mostAnswerBytes }) },
    },
  });
}

/** The headers for a request to Google; failures are `credentials`, or transient ones. */
export async function authorizationHeaders(
  authorizer: Authorizer,
): Promise<Record<string, string>> {
  try {
    const headers = Object.fromEntries(await authorizer.getRequestHeaders(googleRootUrl));
    if (/^Bearer (?!undefined$)\S/.test(headers.authorization ?? "")) return headers;
  } catch (error) {
    const long = bodyFault(error);
    if (long !== undefined) throw long;
    throw classifyAuthorizationFault(error, authorizer instanceof auth.JWT ? "key" : "sign-in");
  }
  throw transientFault("answered without an access token.", {
    status: 200,
    reason: "noAccessToken",
  });
}

/** Credentials that cannot work until a person fixes them. */
export function credentialsError(reason: string, message: string): SearchConsoleError {
  return new SearchConsoleError(message, {
    failure: { kind: "credentials" },
    status: null,
    reason,
  });
}

/** Whose credentials they are: what a person can do about them differs. */
type CredentialKind = "key" | "sign-in";

/**
 * What it means that no token could be had: judged by what the token endpoint said, by its status
 * only where it said nothing that OAuth knows.
 * Source: https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 */
export function classifyAuthorizationFault(
  error: unknown,
  kind: CredentialKind = "sign-in",
): SearchConsoleError {
  const status = statusOf(error);
  const code = networkCode(error);
  const answer = AnswerSchema.safeParse(answerOf(error)).data;
  const text = error instanceof Error ? error.message : "";
  if (answer !== undefined && !isPassing(status, answer.error)) {
    const { error: reason, said } = answer;
    const detail = redact(said).replace(/\.$/, "");
    const advice = said.includes("invalid_rapt") ? sessionAdvice : adviceOn(reason, kind);
    const what = detail === "" ? redact(reason) : `${redact(reason)} (${detail})`;
    return noAccess(`${what}. ${advice}`, { status, reason });
  }
  if (status !== null && !/invalid_grant/.test(text)) {
    const reason = answer?.error ?? `http${status}`;
    const what =
      answer === undefined
        ? `answered HTTP ${status} without a word of OAuth; is a proxy in between?`
        : `answered HTTP ${status} (${redact(answer.error)}).`;
    return transientFault(what, { status, reason });
  }
  if (status === null && code !== undefined && !isLocal(code)) return classifyFault(error);
  if (/Could not load the default credentials/.test(text)) {
    return noAccess(noDefaultCredentials, { status, reason: "noCredentials" });
  }
  const reason = /invalid_grant/.test(text) ? "invalid_grant" : (code ?? "noCredentials");
  return noAccess(`${redact(text).replace(/\.$/, "")}. ${adviceOn(reason, kind)}`, {
    status,
    reason,
  });
}

type Details = { readonly status: number | null; readonly reason: string };

function noAccess(what: string, details: Details): SearchConsoleError {
  const failure = { kind: "credentials" } as const;
  return new SearchConsoleError(`No access to Google: ${what}`, { ...details, failure });
}

function transientFault(what: string, details: Details): SearchConsoleError {
  const failure = { kind: "transient", retryAfterMs: null } as const;
  return new SearchConsoleError(`Google's token endpoint ${what}`, { ...details, failure });
}

/** OAuth's answer, or that of Google's other services: `said` is all that it says beside the code. */
const AnswerSchema = z.union([
  z
    .object({
      error: z.string(),
      error_description: z.string().default(""),
      error_subtype: z.string().default(""),
    })
    .transform(({ error, error_description, error_subtype }) => ({
      error,
      said: [error_description, error_subtype].filter((part) => part !== "").join(", "),
    })),
  z
    .object({
      error: z.object({ status: z.string().default("error"), message: z.string().default("") }),
    })
    .transform(({ error }) => ({ error: error.status, said: error.message })),
]);

/** OAuth errors that say that the server, not the credentials, is at fault. */
const passingErrors = new Set([
  "internal_failure",
  "internal_error",
  "server_error",
  "temporarily_unavailable",
  "rate_limit_exceeded",
  "slow_down",
]);

/** OAuth errors that stay, whatever status they come with. */
const lastingErrors = /^(invalid_|unauthorized_client|unsupported_|access_denied)/;

function isPassing(status: number | null, error: string): boolean {
  if (passingErrors.has(error)) return true;
  const mayPass = status !== null && (status >= 500 || status === 429 || status === 408);
  return mayPass && !lastingErrors.test(error);
}

/** Codes of faults on this machine: files, and keys that its crypto library does not read. */
function isLocal(code: string): boolean {
  return (
    /^(ENOENT|EACCES|EISDIR|ENOTDIR|EMFILE|ENFILE)$/.test(code) ||
    /^ERR_(?!TLS_|SSL_|SOCKET_|HTTP2?_|STREAM_|NETWORK)/.test(code)
  );
}

const noDefaultCredentials =
  'there are no credentials. Name a key with "gsc-sync properties add --credentials FILE" or in GOOGLE_APPLICATION_CREDENTIALS, or sign in with "gsc-sync login".';

const sessionAdvice =
  "The Google Workspace of this account ends sessions after a while (session control): sign in " +
  'again with "gsc-sync login", use a service account, or have an administrator exempt this app.';

function adviceOn(reason: string, kind: CredentialKind): string {
  if (kind === "key") {
    return reason === "invalid_grant"
      ? "The service account's key may have been deleted, or this machine's clock is wrong."
      : "Google does not let this service account in: see that it still exists and that its key is its own.";
  }
  if (reason === "invalid_grant") {
    return (
      'Sign in again with "gsc-sync login". Refresh tokens of an OAuth app whose ' +
      'publishing status is "testing" die after 7 days: publish the app to end that.'
    );
  }
  return 'Sign in again with "gsc-sync login", or set GOOGLE_APPLICATION_CREDENTIALS to a service account\'s key file.';
}

/** The token endpoint's answer as it was parsed, or the answer's text. */
function answerOf(error: unknown): unknown {
  if (!(error instanceof Error) || !("response" in error)) return undefined;
  const { response } = error;
  if (typeof response !== "object" || response === null || !("data" in response)) return undefined;
  return typeof response.data === "string" ? parseJson(response.data) : response.data;
}

function statusOf(error: unknown): number | null {
  if (!(error instanceof Error) || !("status" in error)) return null;
  return typeof error.status === "number" ? error.status : null;
}
