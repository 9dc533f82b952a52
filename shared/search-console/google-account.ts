import type { Account, CredentialSource } from "../request/account.ts";
import { openCredentialFile, openCredentials } from "./google-credential-file.ts";
import {
  type Authorizer,
  applicationDefaultCredentials,
  authorizationHeaders,
  classifyAuthorizationFault,
  credentialsError,
} from "./google-credentials.ts";
import { SearchConsoleError } from "./search-console-error.ts";

/** An account's requests, authorised. One token serves all of them until it runs out. */
export type AccountAuthorizer = {
  headers(): Promise<Readonly<Record<string, string>>>;
  /** By whom Google counts the requests. Reads the credentials, asks for no token. */
  signer(): Promise<string | undefined>;
  /**
   * Google refused a request that had these headers: the next one gets a new token. Requests that
   * were refused with the same token cause one refresh, not one each.
   */
  refuse(headers: Readonly<Record<string, string>>): void;
};

/** Opens what the account's configuration names; a variable is looked up with `variable`. */
export function accountAuthorizer(
  account: Account,
  variable: (name: string) => string | undefined,
): AccountAuthorizer {
  const { accountId, credentials } = account;
  return sharedToken(`account ${accountId}`, () => openSource(credentials, variable));
}

/** For an account that nobody configured: what Google's own tools would take. */
export function defaultAuthorizer(
  variable: (name: string) => string | undefined,
): AccountAuthorizer {
  return sharedToken("the default credentials", async () => {
    const path = variable(defaultCredentialsVariable);
    if (path) return openCredentialFile(path);
    return Object.assign(applicationDefaultCredentials(), { signer: "default credentials" });
  });
}

/** Reads a secret by its name; undefined when there is none. */
export type ReadSecret = (name: string) => Promise<string | undefined>;

/** For an account of a stage that nobody configured otherwise: a secret holds its credentials. */
export function secretAuthorizer(
  accountId: string,
  secrets: { readonly prefix: string; readonly read: ReadSecret },
): AccountAuthorizer {
  const name = `${secrets.prefix}${accountId}`;
  return sharedToken(`account ${accountId}`, async () => {
    const content = await secrets.read(name);
    if (content !== undefined) return openCredentials(content, `the secret ${name}`);
    throw credentialsError(
      "noCredentials",
      `there is no secret ${name}: create it with the account's credential file as its value.`,
    );
  });
}

export const defaultCredentialsVariable = "GOOGLE_APPLICATION_CREDENTIALS";

/**
 * The client behind it is opened anew after a refusal or a failure, so that a sign-in, or a key
 * that was put in place meanwhile, counts at once.
 */
export function sharedToken(name: string, open: () => Promise<Authorizer>): AccountAuthorizer {
  let client: Promise<Authorizer> | undefined;
  let asking: Promise<Readonly<Record<string, string>>> | undefined;
  let given = "";

  async function ask() {
    try {
      client ??= open();
      const headers = await authorizationHeaders(await client);
      given = headers.authorization ?? "";
      return headers;
    } catch (error) {
      client = undefined;
      const fault = error instanceof SearchConsoleError ? error : classifyAuthorizationFault(error);
      throw named(name, fault);
    }
  }

  return {
    async signer() {
      try {
        client ??= open();
        return (await client).signer;
      } catch (error) {
        client = undefined;
        throw error;
      }
    },
    headers() {
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
    refuse(headers) {
      if (headers.authorization !== given) return;
      client = undefined;
      given = "";
    },
  };
}

async function openSource(
  source: CredentialSource,
  variable: (name: string) => string | undefined,
): Promise<Authorizer> {
  if (source.kind === "file") return openCredentialFile(source.path);
  const path = variable(source.variable);
  if (path) return openCredentialFile(path);
  throw credentialsError(
    "noCredentials",
    `the environment variable ${source.variable} is not set: it names the account's credential file.`,
  );
}

function named(name: string, error: SearchConsoleError): SearchConsoleError {
  const { failure, status, reason, cause } = error;
  return new SearchConsoleError(`${name}: ${error.message}`, { failure, status, reason, cause });
}
