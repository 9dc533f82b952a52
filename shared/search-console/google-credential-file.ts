import { createPrivateKey, hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { auth } from "@googleapis/searchconsole";
import * as z from "zod";
import { boundedFetch, mostAnswerBytes } from "./google-bounded-fetch.ts";
import { type Authorizer, credentialsError, searchConsoleScope } from "./google-credentials.ts";
import { isLoopback } from "./root-url.ts";

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
function signerOf(credentials: z.infer<typeof CredentialsSchema>): string {
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

function authorizerOf(credentials: z.infer<typeof CredentialsSchema>): Authorizer {
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

function externalAccount(credentials: z.infer<typeof ExternalAccountSchema>): Authorizer {
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

/** What is sent to a token endpoint is a secret: it goes to Google, or stays on this machine. */
const tokenUrl = z.string().refine(isTokenUrl, {
  error: "is neither Google's nor on this machine",
});

const text = z.string().min(1);
/** Fields that Google's own tools write into files of every kind. */
const common = {
  quota_project_id: text.exactOptional(),
  universe_domain: z
    .literal("googleapis.com", { error: "is not googleapis.com, where Search Console is" })
    .exactOptional(),
};
/** A key that was copied through a shell or a `.env` has its newlines written out. */
const privateKey = text
  .transform((key) => key.replaceAll("\\r", "").replaceAll("\\n", "\n").replaceAll("\r", ""))
  .refine((key) => key.includes("-----BEGIN"), { error: "is no PEM key", abort: true })
  .refine(isPrivateKey, {
    error: "is a PEM key that cannot be read: part of it is missing, or it was changed on its way",
  });
const ServiceAccountSchema = z.object({
  ...common,
  type: z.literal("service_account"),
  client_email: text,
  private_key: privateKey,
  token_uri: tokenUrl.optional(),
});
const SignInSchema = z.object({
  ...common,
  type: z.literal("authorized_user"),
  client_id: text,
  client_secret: text,
  refresh_token: text,
  token_uri: tokenUrl.optional(),
});
const tokenFormat = z.object({
  type: z.enum(["json", "text"]),
  subject_token_field_name: text.exactOptional(),
});
/** https://google.aip.dev/auth/4117; a credential source that runs a program is not taken. */
const ExternalAccountSchema = z.object({
  ...common,
  type: z.literal("external_account"),
  workforce_pool_user_project: text.exactOptional(),
  service_account_impersonation: z
    .object({ token_lifetime_seconds: z.number().exactOptional() })
    .exactOptional(),
  audience: text,
  subject_token_type: text,
  token_url: tokenUrl,
  service_account_impersonation_url: tokenUrl.exactOptional(),
  credential_source: z.union([
    z.object({
      environment_id: text,
      regional_cred_verification_url: text,
      region_url: text.exactOptional(),
      url: text.exactOptional(),
      imdsv2_session_token_url: text.exactOptional(),
    }),
    z.object({
      file: text,
      format: tokenFormat.exactOptional(),
    }),
    z.object({
      url: text,
      headers: z.record(z.string(), z.string()).exactOptional(),
      format: tokenFormat.exactOptional(),
    }),
  ]),
});
const CredentialsSchema = z.discriminatedUnion("type", [
  ServiceAccountSchema,
  SignInSchema,
  ExternalAccountSchema,
]);

function parseCredentials(content: string, path: string): z.infer<typeof CredentialsSchema> {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch {
    throw credentialsError("badCredentialFile", `${path} is not JSON. ${whatIsExpected}`);
  }
  if (OAuthClientSchema.safeParse(json).success) {
    throw credentialsError(
      "badCredentialFile",
      `${path} is an OAuth client, which is not yet a sign-in: run "gsc-sync login --client ${path}".`,
    );
  }
  if (ImpersonationSchema.safeParse(json).success) {
    throw credentialsError(
      "badCredentialFile",
      `${path} impersonates a service account, which gsc-sync does not do. Name that service account's own key, or let the account that signs in read the property.`,
    );
  }
  const parsed = CredentialsSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path: at, message }) => `${at.join(".")}: ${message}`);
  throw credentialsError(
    "badCredentialFile",
    `${path} cannot be used (${faults.join("; ")}). ${whatIsExpected}`,
  );
}

const whatIsExpected =
  "A credential file is a service account's key, what gsc-sync login writes, or an external account's configuration.";

const ImpersonationSchema = z.object({ type: z.literal("impersonated_service_account") });

const OAuthClientSchema = z.union([
  z.object({ installed: z.looseObject({}) }),
  z.object({ web: z.looseObject({}) }),
]);

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

function isPrivateKey(key: string): boolean {
  try {
    createPrivateKey(key);
    return true;
  } catch {
    return false;
  }
}

/** Node's own fetch (see google-credentials.ts); a key file may name another token endpoint. */
export function fetchTokensFrom(url: string | undefined): typeof fetch {
  const bounded = boundedFetch({ mostBytes: mostAnswerBytes });
  if (url === undefined || url === googleTokenUrl) return bounded;
  return (input, init) => bounded(String(input) === googleTokenUrl ? url : input, init);
}

export function isTokenUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  if (isLoopback(url)) return true;
  const { protocol, hostname } = new URL(url);
  const google = hostname === "accounts.google.com" || hostname.endsWith(".googleapis.com");
  return protocol === "https:" && google;
}
