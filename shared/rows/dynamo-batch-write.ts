import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { sideBySide } from "../lib/side-by-side.ts";
import type { ItemKey, RowsTable } from "./dynamo-rows-table.ts";
import { RowStoreError } from "./row-store-error.ts";

/** A put or a delete; keys are distinct within a call, as DynamoDB asks. */
export type RowWrite =
  | { readonly kind: "put"; readonly item: ItemKey & Readonly<Record<string, string | number>> }
  | { readonly kind: "delete"; readonly key: ItemKey };

/** Items in one BatchWriteItem. */
const maxBatchItems = 25;

/** Requests of one call at once; a worker writes for several units beside each other. */
const requestsAtOnce = 8;

/** With pauses of up to 2 s this lasts some 15 s: longer than a table takes to split a partition. */
export const maxBatchTries = 16;

/**
 * Writes all, or throws `contention` when DynamoDB leaves items unprocessed for good. A batch takes
 * every n-th write, so that writes in key order spread over the shards.
 */
export async function writeAll(table: RowsTable, writes: readonly RowWrite[]): Promise<void> {
  const count = Math.ceil(writes.length / maxBatchItems);
  const batches: RowWrite[][] = Array.from({ length: count }, () => []);
  for (const [index, write] of writes.entries()) batches[index % count]?.push(write);
  await sideBySide(batches, requestsAtOnce, (batch) => writeBatch(table, batch));
}

async function writeBatch(table: RowsTable, batch: readonly RowWrite[]): Promise<void> {
  const { documents, name, timing } = table;
  let waiting: BatchRequests = batch.map((write) =>
    write.kind === "put"
      ? { PutRequest: { Item: write.item } }
      : { DeleteRequest: { Key: write.key } },
  );
  for (let tries = 1; ; tries += 1) {
    const { UnprocessedItems } = await documents.send(
      new BatchWriteCommand({ RequestItems: { [name]: waiting } }),
    );
    waiting = UnprocessedItems?.[name] ?? [];
    if (waiting.length === 0) return;
    if (tries === maxBatchTries) {
      throw new RowStoreError(
        "contention",
        `DynamoDB left ${waiting.length} items of ${name} unwritten after ${tries} tries`,
      );
    }
    await timing.sleep(timing.random() * Math.min(2_000, 25 * 2 ** tries));
  }
}

type BatchRequests = NonNullable<
  ConstructorParameters<typeof BatchWriteCommand>[0]["RequestItems"]
>[string];
