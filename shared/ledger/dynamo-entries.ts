import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
} from "@aws-sdk/lib-dynamodb";
import type * as z from "zod";
import { schemaFaults } from "../lib/schema-faults.ts";
import { changeUnderVersion, type ItemKey, type Stamp } from "./dynamo-compare-and-set.ts";
import { guardLedger } from "./guard-ledger.ts";
import { LedgerError } from "./ledger-error.ts";

export type EntryKey = { readonly pk: string; readonly sk: string };

/** Whole items, each parsed with its schema and changed under a version. */
export type DynamoEntries = {
  list<Entry>(pk: string, skPrefix: string, schema: z.ZodType<Entry>): Promise<readonly Entry[]>;
  read<Entry>(key: EntryKey, schema: z.ZodType<Entry>): Promise<Entry | undefined>;
  /**
   * Decided again after a lost race; the same object: nothing is written; undefined: removed. A
   * removal that the SDK repeats is decided a second time, with nothing there.
   */
  change<Entry extends object>(
    key: EntryKey,
    schema: z.ZodType<Entry>,
    decide: (entry: Entry | undefined) => Entry | undefined,
  ): Promise<Entry | undefined>;
};

/**
 * Entries in the ledger table. An item's version is the condition of each write and of each
 * removal. `what` names them in errors, which are LedgerErrors.
 */
export function dynamoEntries(
  client: DynamoDBDocumentClient,
  { table: TableName, what }: { readonly table: string; readonly what: string },
): DynamoEntries {
  async function readItem(Key: ItemKey): Promise<Record<string, unknown> | undefined> {
    const { Item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
    return Item;
  }

  async function list<Entry>(pk: string, skPrefix: string, schema: z.ZodType<Entry>) {
    const found: Entry[] = [];
    const query = {
      TableName,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :kind)",
      ExpressionAttributeValues: { ":pk": pk, ":kind": skPrefix },
      ConsistentRead: true,
    };
    for await (const { Items = [] } of paginateQuery({ client }, query)) {
      found.push(...Items.map((item) => parse(schema, item)));
    }
    return found;
  }

  async function change<Entry extends object>(
    key: EntryKey,
    schema: z.ZodType<Entry>,
    decide: (entry: Entry | undefined) => Entry | undefined,
  ): Promise<Entry | undefined> {
    return changeUnderVersion(key, readItem, (item) => {
      const known = item === undefined ? undefined : parse(schema, item);
      const entry = decide(known);
      if (entry === known) return { write: null, outcome: known };
      return { write: (stamp) => write(key, entry, stamp), outcome: entry };
    });
  }

  async function write(
    Key: EntryKey,
    entry: object | undefined,
    { version, changeId }: Stamp,
  ): Promise<void> {
    const condition = {
      ConditionExpression: version === 0 ? "attribute_not_exists(pk)" : "#version = :version",
      ...(version === 0
        ? {}
        : {
            ExpressionAttributeNames: { "#version": "version" },
            ExpressionAttributeValues: { ":version": version },
          }),
    };
    if (entry === undefined) {
      await client.send(new DeleteCommand({ TableName, Key, ...condition }));
      return;
    }
    const Item = { ...entry, ...Key, version: version + 1, changeId };
    await client.send(new PutCommand({ TableName, Item, ...condition }));
  }

  function parse<Entry>(schema: z.ZodType<Entry>, item: unknown): Entry {
    const parsed = schema.safeParse(item);
    if (parsed.success) return parsed.data;
    throw new LedgerError(
      "corrupt",
      `${what} holds an item that this version cannot read: ${schemaFaults(parsed.error)}`,
    );
  }

  const guard = <T>(work: () => Promise<T>) => guardLedger(what, work);

  return {
    list: (pk, skPrefix, schema) => guard(() => list(pk, skPrefix, schema)),
    read: (key, schema) =>
      guard(async () => {
        const item = await readItem(key);
        return item === undefined ? undefined : parse(schema, item);
      }),
    change: (key, schema, decide) => guard(() => change(key, schema, decide)),
  };
}
