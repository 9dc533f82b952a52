import { hash } from "node:crypto";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { dynamoEntries } from "../ledger/dynamo-entries.ts";
import { AccountSchema } from "../request/account.ts";
import { readSiteUrl } from "../request/site-url.ts";
import { dynamoSigners, pk } from "./dynamo-signers.ts";
import { type Property, PropertySchema } from "./property.ts";
import type { Registry } from "./registry.ts";

const prefixes = { property: "PROPERTY#", account: "ACCOUNT#" } as const;

/** The registry in the ledger table: one partition, an item a property and an account. */
export function dynamoRegistry(
  client: DynamoDBDocumentClient,
  { table }: { readonly table: string },
): Registry {
  const entries = dynamoEntries(client, { table, what: "the registry" });
  const property = (siteUrl: string) => ({ pk, sk: `${prefixes.property}${keyOf(siteUrl)}` });
  const account = (accountId: string) => ({ pk, sk: `${prefixes.account}${accountId}` });
  const listStored = () => entries.list(pk, prefixes.property, PropertySchema);
  const spellingsOf = async (siteUrl: string) =>
    (await listStored()).filter((stored) => oneSpelling(stored.siteUrl) === siteUrl);
  return {
    listProperties: async () => inOneSpelling(await listStored()),
    async readProperty(siteUrl) {
      const found = await entries.read(property(siteUrl), PropertySchema);
      return found ?? inOneSpelling(await spellingsOf(siteUrl))[0];
    },
    async changeProperty(siteUrl, decide) {
      const others = (await spellingsOf(siteUrl)).filter((other) => other.siteUrl !== siteUrl);
      const [old] = inOneSpelling(others);
      const changed = await entries.change(property(siteUrl), PropertySchema, (known) =>
        decide(known ?? old),
      );
      for (const other of others) {
        await entries.change(property(other.siteUrl), PropertySchema, () => undefined);
      }
      return changed;
    },
    listAccounts: () => entries.list(pk, prefixes.account, AccountSchema),
    readAccount: (accountId) => entries.read(account(accountId), AccountSchema),
    changeAccount: (accountId, decide) => entries.change(account(accountId), AccountSchema, decide),
    ...dynamoSigners(client, { table }),
  };
}

/** A sort key in DynamoDB has at most 1,024 bytes. */
function keyOf(siteUrl: string): string {
  return Buffer.byteLength(siteUrl) <= 1_000 ? siteUrl : hash("sha256", siteUrl);
}

/** Versions before this one registered `sc-domain:Example.com` as typed. */
function oneSpelling(siteUrl: string): string {
  return readSiteUrl(siteUrl).siteUrl ?? siteUrl;
}

/** One property a site; the one that is stored in its one spelling wins. */
function inOneSpelling(stored: readonly Property[]): readonly Property[] {
  const bySite = new Map<string, Property>();
  for (const found of stored) {
    const siteUrl = oneSpelling(found.siteUrl);
    if (siteUrl === found.siteUrl) bySite.set(siteUrl, found);
    else if (!bySite.has(siteUrl)) bySite.set(siteUrl, { ...found, siteUrl });
  }
  return [...bySite.values()].sort((a, b) => (a.siteUrl < b.siteUrl ? -1 : 1));
}
