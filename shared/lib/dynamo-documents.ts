import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/**
 * A client's documents. Nobody reads the SDK's own log, and making what it would say of a batch of
 * rows takes two fifths of the call's processor time, said or not.
 */
export function documentsOf(client: DynamoDBClient): DynamoDBDocumentClient {
  client.middlewareStack.remove("loggerMiddleware");
  return DynamoDBDocumentClient.from(client);
}
