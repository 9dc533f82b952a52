import { createPrivateKey } from "node:crypto";
import * as z from "zod";
import { credentialsError } from "./google-credentials.ts";
import { isLoopback } from "./root-url.ts";

export type Credentials = z.infer<typeof CredentialsSchema>;
export type ExternalAccount = z.infer<typeof ExternalAccountSchema>;

/**
 * The credentials in a text as Google's tools write it; `name` says where it stands, for a person. No
 * message holds a part of it. @throws SearchConsoleError `credentials`
 */
export function parseCredentials(content: string, name: string): Credentials {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch {
    throw credentialsError("badCredentialFile", `${name} is not JSON. ${whatIsExpected}`);
  }
  if (OAuthClientSchema.safeParse(json).success) {
    throw credentialsError(
      "badCredentialFile",
      `${name} is an OAuth client, which is not yet a sign-in: run "gsc-sync login --client ${name}".`,
    );
  }
  if (ImpersonationSchema.safeParse(json).success) {
    throw credentialsError(
      "badCredentialFile",
      `${name} impersonates a service account, which gsc-sync does not do. Name that service account's own key, or let the account that signs in read the property.`,
    );
  }
  const parsed = CredentialsSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw credentialsError(
    "badCredentialFile",
    `${name} cannot be used (${faults.join("; ")}). ${whatIsExpected}`,
  );
}

export function isTokenUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  if (isLoopback(url)) return true;
  const { protocol, hostname } = new URL(url);
  const google = hostname === "accounts.google.com" || hostname.endsWith(".googleapis.com");
  return protocol === "https:" && google;
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

const whatIsExpected =
  "A credential file is a service account's key, what gsc-sync login writes, or an external account's configuration.";

const ImpersonationSchema = z.object({ type: z.literal("impersonated_service_account") });

const OAuthClientSchema = z.union([
  z.object({ installed: z.looseObject({}) }),
  z.object({ web: z.looseObject({}) }),
]);

function isPrivateKey(key: string): boolean {
  try {
    createPrivateKey(key);
    return true;
  } catch {
    return false;
  }
}
