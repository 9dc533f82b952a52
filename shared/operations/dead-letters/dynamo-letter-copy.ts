import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { DeadLetter } from "./dead-letter.ts";

/** One partition of the ledger table, an item a letter. */
export const letterPartition = "DEAD_LETTERS";

/** Copies a letter to the ledger. The same letter again is the same item. */
export async function putLetterCopy(
  client: DynamoDBDocumentClient,
  table: string,
  letter: DeadLetter,
): Promise<void> {
  await client.send(
    new PutCommand({
      TableName: table,
      Item: { pk: letterPartition, sk: letter.letterId, ...letter },
    }),
  );
}
