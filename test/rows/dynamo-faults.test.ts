import { DynamoDBClient, type WriteRequest } from "@aws-sdk/client-dynamodb";
import {
  BatchWriteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
} from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { maxBatchTries, type RowWrite, writeAll } from "../../shared/rows/dynamo-batch-write.ts";
import { openDynamoRowStore, rowsFormat } from "../../shared/rows/dynamo-row-store.ts";
import { rowKeyOf } from "../../shared/rows/dynamo-rows-table.ts";
import { keyedRows } from "../../shared/rows/keyed-rows.ts";
import { storedRows } from "../../shared/rows/stored-row.ts";
import { pageQuery, sampleRows, sampleUnit } from "../support/samples/row-samples.ts";
import { connect } from "../support/stores/quota-table.ts";

const mock = mockClient(DynamoDBDocumentClient);
const documents = DynamoDBDocumentClient.from(new DynamoDBClient({ region: "us-east-1" }));
const sleeps: number[] = [];
const table = {
  documents,
  name: "rows",
  timing: { random: () => 0.5, sleep: async (ms: number) => sleeps.push(ms) },
};

const writes: readonly RowWrite[] = storedRows(pageQuery, keyedRows(sampleRows(60))).map(
  ({ key }) => ({ kind: "put", item: rowKeyOf(sampleUnit(), 1, key) }),
);

beforeEach(() => {
  mock.reset();
  sleeps.length = 0;
});
afterEach(() => mock.reset());

function named(name: string, httpStatusCode?: number): Error {
  const metadata = httpStatusCode === undefined ? {} : { $metadata: { httpStatusCode } };
  return Object.assign(new Error("what DynamoDB said"), { name, ...metadata });
}

describe("rows that DynamoDB leaves unprocessed", () => {
  test("are written again, those alone, after longer and longer pauses", async () => {
    const written: unknown[] = [];
    let calls = 0;
    mock.on(BatchWriteCommand).callsFake((input: { RequestItems: { rows: WriteRequest[] } }) => {
      calls += 1;
      const requests = input.RequestItems.rows;
      const left = calls % 3 === 0 ? [] : requests.slice(0, Math.floor(requests.length / 2));
      written.push(...requests.slice(left.length).map(({ PutRequest }) => PutRequest?.Item));
      return left.length === 0 ? {} : { UnprocessedItems: { rows: left } };
    });
    await writeAll({ ...table, documents }, writes);
    expect(written).toHaveLength(60);
    expect(new Set(written.map((item) => JSON.stringify(item))).size).toBe(60);
    expect(sleeps.length).toBeGreaterThan(2);
    expect(Math.min(...sleeps)).toBe(25);
  });

  test("for good are a contention, after a bounded number of tries", async () => {
    mock
      .on(BatchWriteCommand)
      .callsFake((input: { RequestItems: unknown }) => ({ UnprocessedItems: input.RequestItems }));
    await expect(writeAll(table, writes.slice(0, 5))).rejects.toMatchObject({
      name: "RowStoreError",
      code: "contention",
    });
    expect(mock.commandCalls(BatchWriteCommand)).toHaveLength(maxBatchTries);
    expect(Math.max(...sleeps)).toBeLessThanOrEqual(2_000);
  });
});

describe("a fault of DynamoDB", () => {
  test.each([
    ["ProvisionedThroughputExceededException", 400, "contention"],
    ["ThrottlingException", 400, "contention"],
    ["InternalServerError", 500, "unavailable"],
    ["TimeoutError", undefined, "unavailable"],
    ["ResourceNotFoundException", 400, "schema"],
    ["AccessDeniedException", 400, "refused"],
    ["ValidationException", 400, "refused"],
  ])("%s (%s) is %s, the cause kept", async (name, status, code) => {
    const cause = named(name, status);
    mock.on(GetCommand).rejects(cause);
    await expect(openDynamoRowStore(documents, "rows")).rejects.toMatchObject({
      name: "RowStoreError",
      code,
      cause,
      message: expect.stringContaining("what DynamoDB said"),
    });
  });

  test("that is a server which is not there is unavailable", async () => {
    mock.restore();
    const { client, documents: away } = connect("http://127.0.0.1:1");
    await expect(openDynamoRowStore(away, "rows")).rejects.toMatchObject({ code: "unavailable" });
    client.destroy();
  });
});

test.each([1_000, "text"])("a table of another format (%j) is refused", async (format) => {
  const fresh = mockClient(DynamoDBDocumentClient);
  fresh.on(GetCommand).resolves({ Item: { format } });
  await expect(openDynamoRowStore(documents, "rows")).rejects.toMatchObject({
    code: "schema",
    message: expect.stringContaining(`format ${format}`),
  });
  expect(fresh.commandCalls(PutCommand)).toEqual([]);
  fresh.restore();
});

test.each([
  ["a newer version has expanded is used as it is", rowsFormat + 1, []],
  ["an older version made is marked with ours", rowsFormat - 1, [{ format: rowsFormat }]],
])("a table that %s", async (_, format, marks) => {
  const fresh = mockClient(DynamoDBDocumentClient);
  fresh.on(GetCommand).resolves({ Item: { format } });
  fresh.on(PutCommand).resolves({});
  await openDynamoRowStore(documents, "rows");
  const puts = fresh.commandCalls(PutCommand).map(({ args: [{ input }] }) => input.Item);
  expect(puts).toMatchObject(marks);
  fresh.restore();
});
