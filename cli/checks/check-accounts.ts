import { environmentNames } from "../../shared/config/names.ts";
import { errorMessage } from "../../shared/lib/error-message.ts";
import { sideBySide } from "../../shared/lib/side-by-side.ts";
import { createAccountSigners } from "../../shared/registry/account-signers.ts";
import { googleAccounts } from "../../shared/registry/google-accounts.ts";
import type { Property } from "../../shared/registry/property.ts";
import type { Registry } from "../../shared/registry/registry.ts";
import {
  type Account,
  credentialSourceText,
  defaultAccountId,
} from "../../shared/request/account.ts";
import {
  accountAuthorizer,
  defaultAuthorizer,
  secretAuthorizer,
} from "../../shared/search-console/google-account.ts";
import { serviceAccountAddress } from "../../shared/search-console/google-credential-file.ts";
import { googleRootUrl, isLoopback } from "../../shared/search-console/root-url.ts";
import { SearchConsoleError } from "../../shared/search-console/search-console-error.ts";
import type { AccountSecrets } from "../stage/deployed-stage.ts";

export type Check = { readonly name: string; readonly ok: boolean; readonly detail: string };

const timeoutMs = 20_000;
const atOnce = 4;

/** Runs a check. The message that it throws says what is missing. */
export async function check(name: string, look: () => Promise<string>): Promise<Check> {
  try {
    return { name, ok: true, detail: await look() };
  } catch (error) {
    return { name, ok: false, detail: errorMessage(error) };
  }
}

/** Checks that each account in use can get a token. */
export async function checkAccounts(
  registry: Registry,
  properties: readonly Property[],
  secrets?: AccountSecrets,
): Promise<readonly Check[]> {
  const configured = await registry.listAccounts();
  const none = properties.length === 0 && configured.length === 0;
  const used = none ? [defaultAccountId] : properties.map((p) => p.accountId);
  const ids = [...new Set([...configured.map((account) => account.accountId), ...used])].sort();
  return sideBySide(ids, atOnce, (accountId) =>
    check(`account ${accountId}`, async () => {
      const account = configured.find((candidate) => candidate.accountId === accountId);
      if (secrets !== undefined) return secretText(accountId, account, secrets);
      if (account !== undefined) {
        const authorizer = accountAuthorizer(account, variable);
        await authorizer.headers();
        await createAccountSigners(registry, Date.now).learn(accountId, authorizer.signer);
        const address = await addressOf(account);
        const whose = address === undefined ? "" : ` (${address})`;
        return `Google gives a token for ${credentialSourceText(account.credentials)}${whose}`;
      }
      if (isLoopback(process.env[environmentNames.searchConsoleRootUrl] || googleRootUrl)) {
        return "none configured, and none needed for a server on this machine";
      }
      await defaultAuthorizer(variable).headers();
      return "none configured: the default credentials, for which Google gives a token";
    }),
  );
}

/** Checks each account's secret: a stage's functions cannot read a person's files. */
async function secretText(
  accountId: string,
  account: Account | undefined,
  secrets: AccountSecrets,
): Promise<string> {
  const name = `${secrets.prefix}${accountId}`;
  if (account !== undefined) {
    throw new Error(
      `it is registered with ${credentialSourceText(account.credentials)}, which functions in AWS cannot read: put its content into the secret ${name}`,
    );
  }
  await secretAuthorizer(accountId, secrets).headers();
  return `Google gives a token for the secret ${name}`;
}

/** Checks that each property can be read with its account. */
export async function checkProperties(
  registry: Registry,
  properties: readonly Property[],
  secrets?: AccountSecrets,
): Promise<readonly Check[]> {
  const searchConsoleOf = googleAccounts({
    registry,
    rootUrl:
      secrets === undefined
        ? process.env[environmentNames.searchConsoleRootUrl] || undefined
        : undefined,
    variable,
    secrets,
  });
  return sideBySide(properties, atOnce, ({ siteUrl, accountId, status, reason }) =>
    check(`property ${siteUrl}`, async () => {
      const level = await permissionOf(siteUrl, accountId);
      const fault = permissionFault(level, siteUrl);
      if (fault !== undefined) throw new Error(fault);
      if (status === "quarantined") {
        throw new Error(
          `the account ${accountId} may read it (${level}), and it is quarantined: ${reason} Go on with: gsc-sync properties resume ${siteUrl}`,
        );
      }
      return `the account ${accountId} may read it (${level})${status === "paused" ? "; it is paused" : ""}`;
    }),
  );

  async function permissionOf(siteUrl: string, accountId: string): Promise<string> {
    const searchConsole = await searchConsoleOf(accountId);
    const ask = () => searchConsole.permissionLevel(siteUrl, AbortSignal.timeout(timeoutMs));
    try {
      return await ask().catch((error: unknown) =>
        isStale(error) ? ask() : Promise.reject(error),
      );
    } catch (error) {
      if (!(error instanceof SearchConsoleError)) throw error;
      const account = await registry.readAccount(accountId);
      const address = account && (await addressOf(account).catch(() => undefined));
      throw withAdvice(error, siteUrl, address ?? `the address of account ${accountId}`);
    }
  }
}

/** A service account's address; undefined for other credentials. */
async function addressOf({ credentials }: Account): Promise<string | undefined> {
  const path = credentials.kind === "file" ? credentials.path : variable(credentials.variable);
  return path === undefined ? undefined : serviceAccountAddress(path);
}

function variable(name: string): string | undefined {
  return process.env[name] || undefined;
}

function isStale(error: unknown): boolean {
  return error instanceof SearchConsoleError && error.failure.kind === "stale-token";
}

function withAdvice(error: SearchConsoleError, siteUrl: string, address: string): Error {
  const { kind } = error.failure;
  if (kind !== "forbidden" && kind !== "unknown-site") return error;
  return new Error(
    `${error.message} Add ${address} as a user of ${siteUrl} in Search Console (Settings, Users and permissions), and check that the property is spelled as it is there`,
  );
}

/**
 * What keeps an account with this permission from reading a property's figures; undefined when
 * nothing does. Source: https://developers.google.com/webmaster-tools/v1/sites#resource
 */
function permissionFault(level: string, siteUrl: string): string | undefined {
  if (level !== "siteUnverifiedUser") return undefined;
  return `the account has ${siteUrl} in its list and may not read it: add the account's address as a user of the property in Search Console (Settings, Users and permissions)`;
}
