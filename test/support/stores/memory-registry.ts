import type { AccountSigner } from "../../../shared/quota/quota.ts";
import type { Property } from "../../../shared/registry/property.ts";
import type { Change, Registry } from "../../../shared/registry/registry.ts";
import type { Account } from "../../../shared/request/account.ts";

/** The registry in memory: for tests and simulation. */
export function memoryRegistry(): Registry {
  const properties = new Map<string, Property>();
  const accounts = new Map<string, Account>();
  const signers = new Map<string, AccountSigner>();
  return {
    listProperties: async () => sorted(properties),
    readProperty: async (siteUrl) => properties.get(siteUrl),
    changeProperty: async (siteUrl, change) => changeEntry(properties, siteUrl, change),
    listAccounts: async () => sorted(accounts),
    readAccount: async (accountId) => accounts.get(accountId),
    changeAccount: async (accountId, change) => changeEntry(accounts, accountId, change),
    listSigners: async () => sorted(signers),
    noteSigner: async (signer) => void signers.set(signer.accountId, signer),
  };
}

function sorted<Entry>(entries: ReadonlyMap<string, Entry>): readonly Entry[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

function changeEntry<Entry>(
  entries: Map<string, Entry>,
  id: string,
  change: Change<Entry>,
): Entry | undefined {
  const changed = change(entries.get(id));
  if (changed === undefined) entries.delete(id);
  else entries.set(id, changed);
  return changed;
}
