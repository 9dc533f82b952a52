import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { auth } from "@googleapis/searchconsole";
import { boundedFetch, mostAnswerBytes } from "./google-bounded-fetch.ts";
import {
  type Credentials,
  type ExternalAccount,
  parseCredentials,
} from "./google-credential-text.ts";
import { type Authorizer, credentialsError, searchConsoleScope } from "./google-credentials.ts";

/** Where google-auth-library asks for tokens, whatever a key file says. */
const googleTokenUrl = "https://oauth2.googleapis.com/token";

/**
 * The credentials of a file as Google writes them: a service account's key, a sign-in (what
 * `gsc-sync login` and gcloud write), or an external account's configuration. Read anew at each
 * call. No message holds a part of the file.
 * @throws SearchConsoleError `credentials`
 */
export async function openCredentialFile(path: string): Promise<Authorizer> {
  return openCredentials(await readText(path), path);
}

/** The same from a text that was read elsewhere; `name` says where, for a person. */
export function openCredentials(content: string, name: string): Authorizer {
  const credentials = parseCredentials(content, name);
  return Object.assign(authorizerOf(credentials), { signer: signerOf(credentials) });
}

/** By whom Google counts: two files of one service account are one signer. */
function signerOf(credentials: Credentials): string {
  switch (credentials.type) {
    case "service_account":
      return credentials.client_email.toLowerCase();
    case "authorized_user":
      return `sign-in ${shortHash([credentials.client_id, credentials.refresh_token])}`;
    case "external_account":
      return (
        credentials.service_account_impersonation_url?.match(/serviceAccounts\/([^/:]+)/)?.[1] ??
        `external ${shortHash([credentials.audience, JSON.stringify(credentials.credential_source)])}`
      );
    default:
      return credentials satisfies never;
  }
}

function shortHash(parts: readonly string[]): string {
  return hash("sha256", JSON.stringify(parts)).slice(0, 16);
}

function authorizerOf(credentials: Credentials): Authorizer {
  switch (credentials.type) {
    case "service_account":
      return new auth.JWT({
        email: credentials.client_email,
        key: credentials.private_key,
        scopes: [searchConsoleScope],
        ...quotaProject(credentials),
        transporterOptions: { fetchImplementation: fetchTokensFrom(credentials.token_uri) },
      });
    case "authorized_user": {
      const { client_id: clientId, client_secret: clientSecret } = credentials;
      const { refresh_token, token_uri } = credentials;
      const client = new auth.OAuth2({
        clientId,
        clientSecret,
        ...quotaProject(credentials),
        transporterOptions: { fetchImplementation: fetchTokensFrom(token_uri) },
      });
      client.setCredentials({ refresh_token });
      return client;
    }
    case "external_account":
      return externalAccount(credentials);
    default:
      return credentials satisfies never;
  }
}

/**
 * The address by which a property's owner lets a service account in; undefined for other
 * credentials. @throws SearchConsoleError `credentials`
 */
export async function serviceAccountAddress(path: string): Promise<string | undefined> {
  const credentials = parseCredentials(await readText(path), path);
  return credentials.type === "service_account" ? credentials.client_email : undefined;
}

function externalAccount(credentials: ExternalAccount): Authorizer {
  const { credential_source, ...shared } = credentials;
  const options = {
    ...shared,
    scopes: [searchConsoleScope],
    transporterOptions: { fetchImplementation: fetchTokensFrom(undefined) },
  };
  return "environment_id" in credential_source
    ? new auth.AwsClient({ ...options, credential_source })
    : new auth.IdentityPoolClient({ ...options, credential_source });
}

/** Whose project the requests count in, where the file says so: `x-goog-user-project`. */
function quotaProject({ quota_project_id }: { readonly quota_project_id?: string | undefined }) {
  return quota_project_id === undefined ? {} : { quotaProjectId: quota_project_id };
}

/** Node's own fetch (see google-credentials.ts); a key file may name another token endpoint. */
export function fetchTokensFrom(url: string | undefined): typeof fetch {
  const bounded = boundedFetch({ mostBytes: mostAnswerBytes });
  if (url === undefined || url === googleTokenUrl) return bounded;
  return (input, init) => bounded(String(input) === googleTokenUrl ? url : input, init);
}

async function readText(path: string): Promise<string> {
  try {
    return decodeText(await readFile(path));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    const reason =
      code === "ENOENT"
        ? "is not there"
        : code === "EACCES"
          ? "may not be read by this user"
          : `cannot be read (${code})`;
    throw credentialsError(code, `the credential file ${path} ${reason}.`);
  }
}

/** UTF-8, or UTF-16 as PowerShell writes it, with or without a byte order mark. */
function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  return new TextDecoder(second === 0 ? "utf-16le" : "utf-8").decode(bytes);
}
