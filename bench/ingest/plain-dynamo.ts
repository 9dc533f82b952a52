import { BatchWriteCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { sideBySide } from "../../shared/lib/side-by-side.ts";
import { parsePacificDate } from "../../shared/request/pacific-date.ts";
import { rowItem } from "../../shared/rows/dynamo-row-item.ts";
import type { StoredRow } from "../../shared/rows/stored-row.ts";

const batchItems = 25;

/** Puts the rows in batches of 25, made before the clock starts; answers the work. */
export function plainDynamo(
  documents: DynamoDBDocumentClient,
  table: string,
  rows: readonly StoredRow[],
  generations: readonly number[],
): (requestsAtOnce: number) => Promise<void> {
  const date = parsePacificDate("2026-01-01");
  if (date === undefined) throw new Error("no date");
  const unit = { siteUrl: "sc-domain:plain.example", report: "page_query", date };
  const requests = generations.flatMap((generation) => {
    const items = rows.map((row) => ({ PutRequest: { Item: rowItem(unit, generation, row) } }));
    return Array.from({ length: Math.ceil(items.length / batchItems) }, (_, index) =>
      items.slice(index * batchItems, (index + 1) * batchItems),
    );
  });
  return async (requestsAtOnce) => {
    await sideBySide(requests, requestsAtOnce, async (items) => {
      const { UnprocessedItems } = await documents.send(
        new BatchWriteCommand({ RequestItems: { [table]: items } }),
      );
      if (Object.keys(UnprocessedItems ?? {}).length > 0) throw new Error("items were left over");
    });
  };
}
