import type { AccountSigner } from "../quota/quota.ts";
import type { Account } from "../request/account.ts";
import type { Property } from "./property.ts";

/**
 * The properties and accounts that a sync knows. Each change is one conditional write on one item,
 * decided again after a lost race. Faults of the store are thrown as a LedgerError.
 */
export type Registry = {
  /** By site URL. */
  listProperties(): Promise<readonly Property[]>;
  readProperty(siteUrl: string): Promise<Property | undefined>;
  /**
   * Writes what `change` makes of the property; the same object: nothing is written; undefined:
   * it is removed. Answers with the property as it then is.
   */
  changeProperty(siteUrl: string, change: Change<Property>): Promise<Property | undefined>;

  /** By id. */
  listAccounts(): Promise<readonly Account[]>;
  readAccount(accountId: string): Promise<Account | undefined>;
  changeAccount(accountId: string, change: Change<Account>): Promise<Account | undefined>;

  /** Who signs the requests of the accounts whose credentials were read, by account id. */
  listSigners(): Promise<readonly AccountSigner[]>;
  noteSigner(signer: AccountSigner): Promise<void>;
};

export type Change<Entry> = (entry: Entry | undefined) => Entry | undefined;
