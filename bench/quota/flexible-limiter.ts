import type { DynamoDB } from "@aws-sdk/client-dynamodb";
import { RateLimiterDynamo } from "rate-limiter-flexible";
import { ensureTable } from "../../local/aws-servers/dynamo-tables.ts";

export type Limiter = {
  /** Claims so many requests; one unless said otherwise. */
  claim(requests?: number): Promise<boolean>;
};

const tableName = "flexible";

/** rate-limiter-flexible's DynamoDB limiter with `points` a minute on a key. */
export async function openFlexibleLimiter(
  client: DynamoDB,
): Promise<(key: string, points: number) => Limiter> {
  await ensureTable(client, {
    TableName: tableName,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "key", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "key", AttributeType: "S" }],
  });
  return (key, points) => {
    const limiter = new RateLimiterDynamo({
      storeClient: client,
      tableName,
      tableCreated: true,
      ttlSet: true,
      points,
      duration: 60,
    });
    return {
      // A denial is a rejection that is no Error.
      claim: (requests = 1) =>
        limiter.consume(key, requests).then(
          () => true,
          (denied: unknown) => {
            if (denied instanceof Error) throw denied;
            return false;
          },
        ),
    };
  };
}
