import { describe, test } from "vitest";
import { startDynamoServer } from "../../local/dynamo-server.ts";
import { describeRowStore } from "../contracts/row-store-contract.ts";
import { dynamoBackend } from "../support/dynamo-row-store-backend.ts";
import { dynamoDbLocalMissing, startDynamoDbLocal } from "../support/dynamodb-local.ts";

describeRowStore("row store on the embedded DynamoDB", () => dynamoBackend(startDynamoServer()));

const missing = dynamoDbLocalMissing();

if (missing !== undefined) {
  describe("row store on DynamoDB Local", () => {
    test.skip(`needs it: ${missing}`, () => {});
  });
} else {
  describeRowStore("row store on DynamoDB Local", () => dynamoBackend(startDynamoDbLocal()));
}
