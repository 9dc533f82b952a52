import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { isConditionFailure } from "./dynamo-ledger-keys.ts";
import { LedgerError } from "./ledger-error.ts";

const maxTries = 60;

export type ItemKey = Record<string, string>;

export type VersionedItems = {
  readItem(key: ItemKey): Promise<Record<string, unknown> | undefined>;
  /** Reads, decides, writes on condition of the version read; decides again after a lost race. */
  compareAndSet<Outcome>(
    key: ItemKey,
    decide: (item: Record<string, unknown> | undefined) => {
      readonly write: Record<string, unknown> | null;
      readonly outcome: Outcome;
    },
  ): Promise<Outcome>;
};

/** Items of a table that are changed under a version, attribute by attribute. */
export function createVersionedItems(
  client: DynamoDBDocumentClient,
  TableName: string,
): VersionedItems {
  async function readItem(Key: ItemKey) {
    const { Item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
    return Item;
  }
  return {
    readItem,
    async compareAndSet<Outcome>(
      Key: ItemKey,
      decide: (item: Record<string, unknown> | undefined) => {
        readonly write: Record<string, unknown> | null;
        readonly outcome: Outcome;
      },
    ): Promise<Outcome> {
      return changeUnderVersion(Key, readItem, (item) => {
        const { write, outcome } = decide(item);
        if (write === null) return { write, outcome };
        return {
          outcome,
          write: ({ version, changeId }) =>
            client.send(
              new UpdateCommand({
                TableName,
                Key,
                ...setAttributes({ ...write, version: version + 1, changeId }, version),
              }),
            ),
        };
      });
    },
  };
}

type Item = Record<string, unknown>;

/** The version that was read, 0 for none, and the change's own id: both are written with it. */
export type Stamp = { readonly version: number; readonly changeId: string };

/**
 * Reads, decides and writes until a write meets the version that was read. When the SDK repeats a
 * write whose answer was lost, the repeat fails its condition: the item then has this change's id,
 * and the change is not decided again. @throws LedgerError `contended`
 */
export async function changeUnderVersion<Outcome>(
  key: ItemKey,
  readItem: (key: ItemKey) => Promise<Item | undefined>,
  decide: (item: Item | undefined) => {
    readonly write: ((stamp: Stamp) => Promise<unknown>) | null;
    readonly outcome: Outcome;
  },
): Promise<Outcome> {
  const changeId = randomUUID();
  let written: { readonly outcome: Outcome } | undefined;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const item = await readItem(key);
    if (written !== undefined && item?.changeId === changeId) return written.outcome;
    const { write, outcome } = decide(item);
    if (write === null) return outcome;
    const version = typeof item?.version === "number" ? item.version : 0;
    try {
      await write({ version, changeId });
      return outcome;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      written = { outcome };
      await delay(Math.random() * Math.min(5 * 2 ** tries, 100));
    }
  }
  throw new LedgerError(
    "contended",
    `gave up changing ${key.pk} ${key.sk} after ${maxTries} lost races`,
  );
}

/**
 * Sets whole attributes, and removes those that are undefined, on condition that the item still
 * has the version that was read.
 */
function setAttributes(attributes: Record<string, unknown>, version: number) {
  const entries = Object.entries(attributes);
  const set = entries.flatMap(([, value], at) => (value === undefined ? [] : `#a${at} = :a${at}`));
  const remove = entries.flatMap(([, value], at) => (value === undefined ? `#a${at}` : []));
  return {
    UpdateExpression: `SET ${set.join(", ")}${remove.length === 0 ? "" : ` REMOVE ${remove.join(", ")}`}`,
    ConditionExpression: "attribute_not_exists(#version) OR #version = :version",
    ExpressionAttributeNames: {
      "#version": "version",
      ...Object.fromEntries(entries.map(([name], index) => [`#a${index}`, name])),
    },
    ExpressionAttributeValues: {
      ":version": version,
      ...Object.fromEntries(
        entries.flatMap(([, value], index) => (value === undefined ? [] : [[`:a${index}`, value]])),
      ),
    },
  };
}
