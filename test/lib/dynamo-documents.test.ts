import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { documentsOf } from "../../shared/lib/dynamo-documents.ts";

test("a client's documents are sent without the SDK's log", () => {
  const client = new DynamoDBClient({ region: "us-east-1" });
  const logs = () => client.middlewareStack.identify().filter((name) => /logger/i.test(name));
  expect(logs()).not.toEqual([]);
  const documents = documentsOf(client);
  expect(logs()).toEqual([]);
  expect(documents.middlewareStack.identify().filter((name) => /logger/i.test(name))).toEqual([]);
  client.destroy();
});
