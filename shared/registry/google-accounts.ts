import { stat } from "node:fs/promises";
import type { Account } from "../request/account.ts";
import {
  accountAuthorizer,
  defaultAuthorizer,
  defaultCredentialsVariable,
  type ReadSecret,
  secretAuthorizer,
} from "../search-console/google-account.ts";
import { googleSearchConsole } from "../search-console/google-search-console.ts";
import { googleRootUrl, isLoopback } from "../search-console/root-url.ts";
import type { SearchConsole, Sites } from "../search-console/search-console.ts";
import type { Registry } from "./registry.ts";

export type AccountsOptions = {
  readonly registry: Pick<Registry, "readAccount">;
  /** Absent: Google. */
  readonly rootUrl?: string | undefined;
  /** Looks up a variable of this process's environment. */
  readonly variable: (name: string) => string | undefined;
  /** Where accounts that are not configured have their credentials; absent: the default ones. */
  readonly secrets?: { readonly prefix: string; readonly read: ReadSecret } | undefined;
};

/**
 * Search Console as each account reads it. A configured account has its own credentials, whatever
 * the server; any other has its secret's or the default ones, and none for a server on this
 * machine. An account's client, and with it its token, lives as long as the process, or until the
 * account is configured or signed in anew.
 */
export function googleAccounts(options: AccountsOptions): (accountId: string) => Promise<Client> {
  const { registry, variable, secrets, rootUrl = googleRootUrl } = options;
  const known = new Map<string, { readonly source: string; readonly client: Client }>();

  return async (accountId) => {
    const account = await registry.readAccount(accountId);
    const source = JSON.stringify([account?.credentials, await signedInMs(account, variable)]);
    const cached = known.get(accountId);
    if (cached?.source === source) return cached.client;
    const auth =
      account !== undefined
        ? accountAuthorizer(account, variable)
        : isLoopback(rootUrl)
          ? undefined
          : secrets !== undefined
            ? secretAuthorizer(accountId, secrets)
            : defaultAuthorizer(variable);
    const client = {
      ...googleSearchConsole({ rootUrl, auth }),
      signer: async () => auth?.signer(),
    };
    known.set(accountId, { source, client });
    return client;
  };
}

/** When the credential file was last written: a new sign-in in its place is another source. */
async function signedInMs(
  account: Account | undefined,
  variable: AccountsOptions["variable"],
): Promise<number> {
  const source = account?.credentials ?? { kind: "variable", variable: defaultCredentialsVariable };
  const path = source.kind === "file" ? source.path : variable(source.variable);
  if (!path) return 0;
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

type Client = SearchConsole & Sites & { signer(): Promise<string | undefined> };
