import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ReceivedRequest, startWebServer } from "./web-server.ts";

/**
 * Google's token endpoint, as far as clients need it: a refresh token, an assertion or a subject
 * token for an access token. `refused` has the grants that get invalid_grant.
 */
export async function startTokenServer(options: { readonly delayMs?: number } = {}) {
  const refused = new Set<string>();
  const given: string[] = [];
  const server = await startWebServer((response, request) => {
    const form = new URLSearchParams(request.body);
    const grant = form.get("refresh_token") ?? form.get("code") ?? form.get("grant_type") ?? "";
    const answer = () => {
      if (refused.has(grant)) {
        const body = { error: "invalid_grant", error_description: "Token has been expired." };
        response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify(body));
        return;
      }
      const token = `ya29.${grant.replaceAll(/\W/g, "-")}-${given.length + 1}`;
      given.push(token);
      const isCode = form.has("code");
      const body = {
        access_token: token,
        expires_in: 3_599,
        token_type: "Bearer",
        issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
        scope: "https://www.googleapis.com/auth/webmasters.readonly",
        ...(isCode ? { refresh_token: `1//refresh-of-${form.get("code")}` } : {}),
      };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    setTimeout(answer, options.delayMs ?? 0);
  });
  return {
    url: `${server.url}/token`,
    received: server.received as readonly ReceivedRequest[],
    /** Access tokens, in the order in which they were given. */
    given: given as readonly string[],
    refuse: (grant: string) => void refused.add(grant),
    accept: (grant: string) => void refused.delete(grant),
    stop: server.stop,
  };
}

export type TokenServer = Awaited<ReturnType<typeof startTokenServer>>;

/** A sign-in as `gsc-sync login` writes it. */
export function writeSignIn(folder: string, name: string, tokenUrl: string, secret = name): string {
  return writeJson(folder, name, {
    type: "authorized_user",
    client_id: `${name}.apps.googleusercontent.com`,
    client_secret: `GOCSPX-${secret}`,
    refresh_token: `1//${secret}`,
    token_uri: tokenUrl,
  });
}

export function writeServiceAccount(folder: string, name: string, tokenUrl: string): string {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2_048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  return writeJson(folder, name, {
    type: "service_account",
    project_id: "sample",
    private_key_id: "1",
    private_key: privateKey,
    client_email: `${name}@sample.iam.gserviceaccount.com`,
    token_uri: tokenUrl,
  });
}

/** Reads its subject token from a file, as workload identity does. */
export function writeExternalAccount(folder: string, name: string, tokenUrl: string): string {
  const subject = join(folder, `${name}-subject-token`);
  writeFileSync(subject, "subject-token");
  return writeJson(folder, name, {
    type: "external_account",
    audience:
      "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: tokenUrl,
    credential_source: { file: subject },
  });
}

export function writeJson(folder: string, name: string, value: unknown): string {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(value), { mode: 0o600 });
  return file;
}
