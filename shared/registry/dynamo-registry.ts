import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { dynamoEntries } from "../ledger/dynamo-entries.ts";
import { AccountSchema } from "../request/account.ts";
import { PropertySchema } from "./property.ts";
import type { Registry } from "./registry.ts";

const pk = "REGISTRY";
const prefixes = { property: "PROPERTY#", account: "ACCOUNT#" } as const;

/** The registry in the ledger table: one partition, an item a property and an account. */
export function dynamoRegistry(
  client: DynamoDBDocumentClient,
  { table }: { readonly table: string },
): Registry {
  const entries = dynamoEntries(client, { table, what: "the registry" });
  const property = (siteUrl: string) => ({ pk, sk: `${prefixes.property}${siteUrl}` });
  const account = (accountId: string) => ({ pk, sk: `${prefixes.account}${accountId}` });
  return {
    listProperties: () => entries.list(pk, prefixes.property, PropertySchema),
    readProperty: (siteUrl) => entries.read(property(siteUrl), PropertySchema),
    changeProperty: (siteUrl, decide) => entries.change(property(siteUrl), PropertySchema, decide),
    listAccounts: () => entries.list(pk, prefixes.account, AccountSchema),
    readAccount: (accountId) => entries.read(account(accountId), AccountSchema),
    changeAccount: (accountId, decide) => entries.change(account(accountId), AccountSchema, decide),
  };
}
