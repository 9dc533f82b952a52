import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { SQSRecord } from "aws-lambda";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { lambdaContext } from "../../support/fakes/lambda-context.ts";

const deadLetterQueueUrl = "https://sqs.us-east-1.amazonaws.com/000000000000/dead-letters";
const sqs = mockClient(SQSClient);
const dynamo = mockClient(DynamoDBDocumentClient);

describe("the worker's handler", () => {
  let handle: (records: readonly SQSRecord[]) => Promise<unknown>;

  beforeAll(async () => {
    const variables = {
      GSC_SYNC_STAGE: "test",
      GSC_SYNC_LEDGER_TABLE: "ledger",
      GSC_SYNC_QUOTA_TABLE: "quota",
      GSC_SYNC_DEAD_LETTER_QUEUE_URL: deadLetterQueueUrl,
      // Nothing listens there: each take fails.
      GSC_SYNC_POSTGRES_URL: "postgresql://nobody@127.0.0.1:1/none",
      GSC_API_ROOT_URL: "http://127.0.0.1:1/",
      GSC_SYNC_LEVER: "3",
      AWS_REGION: "us-east-1",
      POWERTOOLS_LOG_LEVEL: "SILENT",
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    const { handler } = await import("../../../lambdas/handlers/fetch-batch.ts");
    handle = (records) => Promise.resolve(handler({ Records: [...records] }, lambdaContext));
  });
  beforeEach(() => {
    sqs.reset();
    sqs.on(SendMessageCommand).resolves({});
    dynamo.reset();
    dynamo.on(PutCommand).resolves({});
  });
  afterAll(() => {
    sqs.restore();
    dynamo.restore();
    vi.unstubAllEnvs();
  });

  test.each(["{", "null", '"text"', '{"runId":"run-1"}', '{"runId":"","batchId":"b000000"}'])(
    "dead-letters a message that it cannot understand (%s), with the reason, and acknowledges it",
    async (body) => {
      expect(await handle([record("m-1", body)])).toEqual({ batchItemFailures: [] });
      const sent = sqs.commandCalls(SendMessageCommand).map(({ args: [command] }) => command.input);
      expect(sent).toEqual([
        {
          QueueUrl: deadLetterQueueUrl,
          MessageBody: body,
          MessageAttributes: {
            letterId: { DataType: "String", StringValue: "m-1" },
            reason: { DataType: "String", StringValue: "not a batch message" },
            deadLetteredAt: { DataType: "String", StringValue: expect.stringMatching(/Z$/) },
          },
        },
      ]);
      const copies = dynamo.commandCalls(PutCommand).map(({ args: [command] }) => command.input);
      expect(copies).toMatchObject([
        {
          TableName: "ledger",
          Item: { pk: "DEAD_LETTERS", letterId: "m-1", reason: "not a batch message", body },
        },
      ]);
    },
  );

  test("dead-letters a redriven message as the letter that it was", async () => {
    const letterId = { stringValue: "m-0", dataType: "String" };
    await handle([{ ...record("m-9", "{"), messageAttributes: { letterId } }]);
    const [sent] = sqs.commandCalls(SendMessageCommand);
    expect(sent?.args[0].input.MessageAttributes?.letterId?.StringValue).toBe("m-0");
    const [put] = dynamo.commandCalls(PutCommand);
    expect(put?.args[0].input.Item).toMatchObject({ sk: "m-0", letterId: "m-0" });
  });

  test("fails the one message whose take throws, and dead-letters nothing for it", async () => {
    const good = JSON.stringify({ runId: "run-1", batchId: "b000000" });
    expect(await handle([record("m-1", good), record("m-2", "{")])).toEqual({
      batchItemFailures: [{ itemIdentifier: "m-1" }],
    });
    expect(sqs.commandCalls(SendMessageCommand)).toHaveLength(1);
  });

  test.each([
    ["queue", () => sqs.on(SendMessageCommand).rejects(new Error("no queue"))],
    ["ledger", () => dynamo.on(PutCommand).rejects(new Error("no table"))],
  ])("keeps a message that could not be dead-lettered for want of the %s", async (_, fail) => {
    fail();
    expect(await handle([record("m-1", "{")])).toEqual({
      batchItemFailures: [{ itemIdentifier: "m-1" }],
    });
  });
});

function record(messageId: string, body: string): SQSRecord {
  return {
    messageId,
    body,
    receiptHandle: "handle",
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "0",
      SenderId: "sender",
      ApproximateFirstReceiveTimestamp: "0",
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:batches",
    awsRegion: "us-east-1",
  };
}
