import { setTimeout as delay } from "node:timers/promises";
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { isConditionFailure } from "../ledger/dynamo-ledger-keys.ts";
import { LedgerError } from "../ledger/ledger-error.ts";
import { AccountSchema } from "./account.ts";
import { PropertySchema } from "./property.ts";
import type { Change, Registry } from "./registry.ts";

const partition = "REGISTRY";
const prefixes = { property: "PROPERTY#", account: "ACCOUNT#" } as const;
const maxTries = 30;

/**
 * The registry in the ledger table: one partition, an item a property and an account. An item's
 * version is the condition of each write and of each removal.
 */
export function dynamoRegistry(
  client: DynamoDBDocumentClient,
  { table: TableName }: { readonly table: string },
): Registry {
  async function read(sk: string): Promise<Record<string, unknown> | undefined> {
    const Key = { pk: partition, sk };
    const { Item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
    return Item;
  }

  async function list<Entry>(prefix: string, schema: z.ZodType<Entry>): Promise<readonly Entry[]> {
    const found: Entry[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: "pk = :registry AND begins_with(sk, :kind)",
          ExpressionAttributeValues: { ":registry": partition, ":kind": prefix },
          ConsistentRead: true,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      );
      found.push(...(page.Items ?? []).map((item) => parse(schema, item)));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return found;
  }

  async function readEntry<Entry>(sk: string, schema: z.ZodType<Entry>) {
    const item = await read(sk);
    return item === undefined ? undefined : parse(schema, item);
  }

  async function change<Entry extends object>(
    sk: string,
    schema: z.ZodType<Entry>,
    decide: Change<Entry>,
  ): Promise<Entry | undefined> {
    for (let tries = 0; tries < maxTries; tries += 1) {
      const item = await read(sk);
      const known = item === undefined ? undefined : parse(schema, item);
      const entry = decide(known);
      if (entry === known) return known;
      try {
        await write(sk, entry, typeof item?.version === "number" ? item.version : 0);
        return entry;
      } catch (error) {
        if (!isConditionFailure(error)) throw error;
        await delay(Math.random() * Math.min(5 * 2 ** tries, 100));
      }
    }
    throw new LedgerError("contended", `gave up changing ${sk} after ${maxTries} lost races`);
  }

  async function write(sk: string, entry: object | undefined, version: number): Promise<void> {
    const condition = {
      ConditionExpression: version === 0 ? "attribute_not_exists(pk)" : "#version = :version",
      ...(version === 0
        ? {}
        : {
            ExpressionAttributeNames: { "#version": "version" },
            ExpressionAttributeValues: { ":version": version },
          }),
    };
    const Key = { pk: partition, sk };
    if (entry === undefined) {
      await client.send(new DeleteCommand({ TableName, Key, ...condition }));
      return;
    }
    const Item = { ...entry, ...Key, version: version + 1 };
    await client.send(new PutCommand({ TableName, Item, ...condition }));
  }

  const property = (siteUrl: string) => `${prefixes.property}${siteUrl}`;
  const account = (accountId: string) => `${prefixes.account}${accountId}`;
  return {
    listProperties: () => guard(() => list(prefixes.property, PropertySchema)),
    readProperty: (siteUrl) => guard(() => readEntry(property(siteUrl), PropertySchema)),
    changeProperty: (siteUrl, decide) =>
      guard(() => change(property(siteUrl), PropertySchema, decide)),
    listAccounts: () => guard(() => list(prefixes.account, AccountSchema)),
    readAccount: (accountId) => guard(() => readEntry(account(accountId), AccountSchema)),
    changeAccount: (accountId, decide) =>
      guard(() => change(account(accountId), AccountSchema, decide)),
  };
}

function parse<Entry>(schema: z.ZodType<Entry>, item: unknown): Entry {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  throw new LedgerError(
    "corrupt",
    `the registry holds an item that this version cannot read: ${z.prettifyError(parsed.error)}`,
  );
}

async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LedgerError) throw error;
    throw new LedgerError("unreachable", `the registry did not answer: ${String(error)}`, error);
  }
}
