import { setTimeout as delay } from "node:timers/promises";
import { BatchGetCommand, type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { tableKeys } from "../config/names.ts";
import { LedgerError } from "./ledger-error.ts";

type Item = Record<string, unknown>;

/**
 * The newest run items. The index has keys alone and may lag behind; the items are read from the
 * table itself.
 */
export async function readNewestRuns(
  client: DynamoDBDocumentClient,
  table: string,
  limit: number,
): Promise<readonly Item[]> {
  const keys = await newestRunKeys(client, table, limit);
  const items: Item[] = [];
  for (let start = 0; start < keys.length; start += maxReads) {
    items.push(...(await readItems(client, table, keys.slice(start, start + maxReads))));
  }
  return items;
}

/** Items in one BatchGetItem. */
const maxReads = 100;

const maxTries = 20;

async function newestRunKeys(
  client: DynamoDBDocumentClient,
  table: string,
  limit: number,
): Promise<readonly Item[]> {
  const { runsIndex, runsKey } = tableKeys.ledger;
  const keys: Item[] = [];
  let start: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: runsIndex,
        KeyConditionExpression: "#runs = :runs",
        ExpressionAttributeNames: { "#runs": runsKey },
        ExpressionAttributeValues: { ":runs": "runs" },
        ScanIndexForward: false,
        Limit: limit - keys.length,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    keys.push(...(page.Items ?? []).map(({ pk, sk }) => ({ pk, sk })));
    start = page.LastEvaluatedKey;
  } while (start !== undefined && keys.length < limit);
  return keys;
}

/** What DynamoDB leaves unprocessed (16 MB, throttling) is asked for again. */
async function readItems(
  client: DynamoDBDocumentClient,
  table: string,
  keys: readonly Item[],
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let waiting = [...keys];
  for (let tries = 0; tries < maxTries; tries += 1) {
    if (tries > 0) await delay(Math.random() * Math.min(5 * 2 ** tries, 500));
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys: waiting, ConsistentRead: true } } }),
    );
    items.push(...(Responses?.[table] ?? []));
    waiting = UnprocessedKeys?.[table]?.Keys ?? [];
    if (waiting.length === 0) return items;
  }
  throw new LedgerError("contended", `DynamoDB left ${waiting.length} run items unread`);
}
