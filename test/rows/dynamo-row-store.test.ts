import { describe, expect, test } from "vitest";
import { startDynamoServer } from "../../local/aws-servers/dynamo-server.ts";
import { describeRowStore } from "../contracts/row-store-contract.ts";
import { dynamoDbLocalMissing, startDynamoDbLocal } from "../support/servers/dynamodb-local.ts";
import { dynamoBackend } from "../support/stores/dynamo-row-store-backend.ts";

const commands = new Set<string>();
const eventualReads: object[] = [];

describeRowStore("row store on the embedded DynamoDB", () =>
  dynamoBackend(startDynamoServer(), (command, input) => {
    commands.add(command.replace(/Command$/, ""));
    const index = "IndexName" in input;
    if (/^(Get|Query)/.test(command) && !index && !("ConsistentRead" in input)) {
      eventualReads.push(input);
    }
  }),
);

test("nothing is scanned, no transaction is asked for, and reads of items are consistent", () => {
  // What a handler's role is to be granted on the table and its index.
  expect([...commands].sort()).toEqual(
    ["BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"].sort(),
  );
  expect(eventualReads).toEqual([]);
});

const missing = dynamoDbLocalMissing();

if (missing !== undefined) {
  describe("row store on DynamoDB Local", () => {
    test.skip(`needs it: ${missing}`, () => {});
  });
} else {
  describeRowStore("row store on DynamoDB Local", () => dynamoBackend(startDynamoDbLocal()));
}
