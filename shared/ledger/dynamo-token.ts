import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { isConditionFailure } from "./dynamo-ledger-keys.ts";
import { LedgerError } from "./ledger-error.ts";

const maxTries = 60;

/**
 * max(last + 1, now), as one of two conditional updates of the item: numbers only ever grow. A
 * write that the SDK repeats skips a number.
 */
export async function nextToken(
  client: DynamoDBDocumentClient,
  TableName: string,
  Key: Record<string, string>,
  nowMs: number,
): Promise<number> {
  const names = { "#last": "lastToken" };
  for (let tries = 0; tries < maxTries; tries += 1) {
    try {
      await client.send(
        new UpdateCommand({
          TableName,
          Key,
          UpdateExpression: "SET #last = :now",
          ConditionExpression: "attribute_not_exists(#last) OR #last < :now",
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: { ":now": nowMs },
        }),
      );
      return nowMs;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
    try {
      const { Attributes } = await client.send(
        new UpdateCommand({
          TableName,
          Key,
          UpdateExpression: "ADD #last :one",
          ConditionExpression: "#last >= :now",
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: { ":one": 1, ":now": nowMs },
          ReturnValues: "UPDATED_NEW",
        }),
      );
      const last: unknown = Attributes?.lastToken;
      if (typeof last === "number") return last;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }
  throw new LedgerError("contended", `no token for ${Key.pk} after ${maxTries} tries`);
}
