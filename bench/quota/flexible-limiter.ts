import { createRequire } from "node:module";
import { join } from "node:path";
import { CreateTableCommand, type DynamoDB } from "@aws-sdk/client-dynamodb";
import { z } from "zod";

/** One claim, counted. */
export type Limiter = { claim(): Promise<boolean> };

const tableName = "flexible";

/** What we use of the package; its constructor is called with `new`. */
const ModuleSchema = z.object({ RateLimiterDynamo: z.custom<LimiterClass>(isFunction) });

type LimiterClass = new (
  options: Record<string, unknown>,
) => { consume(key: string, points: number): Promise<unknown> };

/**
 * rate-limiter-flexible's DynamoDB limiter with `points` a minute on a key; undefined when the package is
 * not to be found.
 */
export async function openFlexibleLimiter(
  client: DynamoDB,
): Promise<((key: string, points: number) => Limiter) | undefined> {
  const folder = process.env.GSC_SYNC_BENCH_MODULES ?? process.cwd();
  let found: unknown;
  try {
    found = createRequire(join(folder, "package.json"))("rate-limiter-flexible");
  } catch {
    return undefined;
  }
  const { RateLimiterDynamo } = ModuleSchema.parse(found);
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "key", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "key", AttributeType: "S" }],
    }),
  );
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
      claim: () =>
        limiter.consume(key, 1).then(
          () => true,
          (denied: unknown) => {
            if (denied instanceof Error) throw denied;
            return false;
          },
        ),
    };
  };
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}
