import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { type DeadLetter, DeadLetterSchema } from "./dead-letter.ts";
import { letterPartition } from "./dynamo-letter-copy.ts";

/** The ledger's copies of dead letters. */
export type LetterCopies = {
  list(): Promise<readonly DeadLetter[]>;
  /** Unless the letter was dead-lettered once more. */
  remove(letter: Pick<DeadLetter, "letterId" | "atMs">): Promise<void>;
};

export function dynamoLetterCopies(client: DynamoDBDocumentClient, table: string): LetterCopies {
  return {
    async list() {
      const letters: DeadLetter[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const page = await client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: "pk = :letters",
            ExpressionAttributeValues: { ":letters": letterPartition },
            ConsistentRead: true,
            ...(start === undefined ? {} : { ExclusiveStartKey: start }),
          }),
        );
        letters.push(...(page.Items ?? []).map((item) => DeadLetterSchema.parse(item)));
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      return letters;
    },
    async remove({ letterId, atMs }) {
      try {
        await client.send(
          new DeleteCommand({
            TableName: table,
            Key: { pk: letterPartition, sk: letterId },
            ConditionExpression: "attribute_not_exists(pk) OR atMs = :at",
            ExpressionAttributeValues: { ":at": atMs },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}
