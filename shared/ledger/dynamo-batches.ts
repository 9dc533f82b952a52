import {
  type DynamoDBDocumentClient,
  PutCommand,
  paginateQuery,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { Batch } from "./batch.ts";
import type { VersionedItems } from "./dynamo-compare-and-set.ts";
import { batchKey, batchKeyPrefix, isConditionFailure, runKey } from "./dynamo-ledger-keys.ts";
import { guardLedger } from "./guard-ledger.ts";
import type { Ledger } from "./ledger.ts";
import { parseBatch } from "./ledger-items.ts";

type BatchItems = Pick<
  Ledger,
  "putBatches" | "readBatch" | "fenceBatch" | "readBatches" | "saveBatch"
>;

const writersAtOnce = 8;

/** Batch items: each write is on condition that no newer take has written. */
export function dynamoBatches(
  client: DynamoDBDocumentClient,
  TableName: string,
  { readItem }: Pick<VersionedItems, "readItem">,
): BatchItems {
  const guard = <T>(work: () => Promise<T>) => guardLedger("the ledger", work);

  async function putBatch(batch: Batch): Promise<"saved" | "lost"> {
    try {
      await client.send(
        new PutCommand({
          TableName,
          Item: { ...batch, ...batchKey(batch.runId, batch.batchId) },
          ConditionExpression: "attribute_not_exists(#token) OR #token <= :token",
          ExpressionAttributeNames: { "#token": "token" },
          ExpressionAttributeValues: { ":token": batch.token },
        }),
      );
      return "saved";
    } catch (error) {
      if (isConditionFailure(error)) return "lost";
      throw error;
    }
  }

  return {
    async putBatches(batches) {
      return guard(async () => {
        const waiting = [...batches];
        let lost = false;
        const writers = Array.from({ length: writersAtOnce }, async () => {
          for (let batch = waiting.shift(); batch && !lost; batch = waiting.shift()) {
            lost ||= (await putBatch(batch)) === "lost";
          }
        });
        await Promise.all(writers);
        return lost ? "lost" : "saved";
      });
    },

    async readBatch(runId, batchId) {
      return guard(async () => {
        const item = await readItem(batchKey(runId, batchId));
        return item === undefined ? undefined : parseBatch(item);
      });
    },

    async fenceBatch(runId, batchId, token) {
      return guard(async () => {
        const Key = batchKey(runId, batchId);
        try {
          const { Attributes } = await client.send(
            new UpdateCommand({
              TableName,
              Key,
              UpdateExpression: "SET #token = :token",
              ConditionExpression: "#token <= :token",
              ExpressionAttributeNames: { "#token": "token" },
              ExpressionAttributeValues: { ":token": token },
              ReturnValues: "ALL_NEW",
            }),
          );
          return parseBatch(Attributes ?? {});
        } catch (error) {
          if (!isConditionFailure(error)) throw error;
          return (await readItem(Key)) === undefined ? undefined : "lost";
        }
      });
    },

    async readBatches(runId) {
      return guard(async () => {
        const batches: Batch[] = [];
        const query = {
          TableName,
          KeyConditionExpression: "pk = :run AND begins_with(sk, :batch)",
          ExpressionAttributeValues: { ":run": runKey(runId).pk, ":batch": batchKeyPrefix },
          ConsistentRead: true,
        };
        for await (const { Items = [] } of paginateQuery({ client }, query)) {
          batches.push(...Items.map(parseBatch));
        }
        return batches;
      });
    },

    async saveBatch(batch) {
      return guard(() => putBatch(batch));
    },
  };
}
