import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, type DynamoDBDocumentClient, paginateQuery } from "@aws-sdk/lib-dynamodb";
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
      const query = {
        TableName: table,
        KeyConditionExpression: "pk = :letters",
        ExpressionAttributeValues: { ":letters": letterPartition },
        ConsistentRead: true,
      };
      for await (const { Items = [] } of paginateQuery({ client }, query)) {
        letters.push(...Items.map((item) => DeadLetterSchema.parse(item)));
      }
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
