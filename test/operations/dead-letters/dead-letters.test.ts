import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { localClientOptions } from "../../../local/aws-servers/local-names.ts";
import { startSqsServer } from "../../../local/aws-servers/sqs-server.ts";
import {
  deadLetterOf,
  letterAttributes,
} from "../../../shared/operations/dead-letters/dead-letter.ts";
import { dynamoLetterCopies } from "../../../shared/operations/dead-letters/dynamo-letter-copies.ts";
import { putLetterCopy } from "../../../shared/operations/dead-letters/dynamo-letter-copy.ts";
import { sqsDeadLetters } from "../../../shared/operations/dead-letters/sqs-dead-letters.ts";
import { type LedgerTable, openLedgerTable } from "../../support/stores/ledger-table.ts";

let ledger: LedgerTable;

beforeAll(async () => {
  ledger = await openLedgerTable();
});
afterAll(() => ledger.close());
beforeEach(async () => {
  const copies = dynamoLetterCopies(ledger.documents, ledger.table);
  for (const letter of await copies.list()) await copies.remove(letter);
});

async function aWorld({ worked = true } = {}) {
  const server = await startSqsServer();
  const sqs = new SQSClient(localClientOptions(server.url));
  onTestFinished(async () => {
    sqs.destroy();
    await server.stop();
  });
  const { queueUrl, deadLetterQueueUrl } = server;
  const copies = dynamoLetterCopies(ledger.documents, ledger.table);
  const deadLetters = sqsDeadLetters(sqs, {
    queueUrl,
    deadLetterQueueUrl,
    copies,
    untilWorked: async () => worked,
  });
  const letter = (id: string, atMs: number, body = `{${id}`) =>
    deadLetterOf({ messageId: id, body }, "not a batch message", atMs);
  return {
    deadLetters,
    copies,
    letter,
    copy: (...args: Parameters<typeof letter>) =>
      putLetterCopy(ledger.documents, ledger.table, letter(...args)),
    async send(...args: Parameters<typeof letter>) {
      const { letterId, reason, atMs, body } = letter(...args);
      const text = (StringValue: string) => ({ DataType: "String", StringValue });
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: deadLetterQueueUrl,
          MessageBody: body,
          MessageAttributes: {
            [letterAttributes.letterId]: text(letterId),
            [letterAttributes.reason]: text(reason),
            [letterAttributes.at]: text(new Date(atMs).toISOString()),
          },
        }),
      );
    },
    sendBare: (MessageBody: string) =>
      sqs.send(new SendMessageCommand({ QueueUrl: deadLetterQueueUrl, MessageBody })),
    async redrivenIds() {
      const receive = { QueueUrl: queueUrl, MessageAttributeNames: ["All"] };
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(receive));
      return Messages.map(
        ({ MessageAttributes }) => MessageAttributes?.[letterAttributes.letterId]?.StringValue,
      );
    },
    async redriven() {
      const receive = { QueueUrl: queueUrl, MaxNumberOfMessages: 10 };
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(receive));
      return Messages.map(({ Body }) => Body).sort();
    },
  };
}

describe("dead letters", () => {
  test("are those of the queue and those of which the ledger alone has a copy, once, oldest first", async () => {
    const { deadLetters, letter, copy, send, sendBare } = await aWorld();
    await copy("both", 2_000);
    await send("both", 2_000);
    // Its worker died before it could acknowledge: the same letter again.
    await send("both", 2_500);
    await copy("only-copied", 1_000);
    await sendBare("moved by SQS");
    const letters = await deadLetters.list();
    expect(letters).toHaveLength(3);
    expect(letters[0]).toEqual(letter("only-copied", 1_000));
    expect(letters[1]).toMatchObject({ letterId: "both", reason: "not a batch message" });
    expect(letters[2]).toMatchObject({
      body: "moved by SQS",
      reason: "received too often without success",
    });
    expect(await deadLetters.list()).toEqual(letters);
    expect(await deadLetters.count()).toBe(3);
  });

  test("are redriven as they were, and then nowhere else", async () => {
    const { deadLetters, copies, copy, send, redriven } = await aWorld();
    await copy("a", 1);
    await send("a", 1);
    await copy("b", 2);
    await send("c", 3);
    expect((await deadLetters.redrive()).map(({ letterId }) => letterId)).toEqual(["a", "b", "c"]);
    expect(await redriven()).toEqual(["{a", "{b", "{c"]);
    expect(await deadLetters.list()).toEqual([]);
    expect(await copies.list()).toEqual([]);
    expect(await deadLetters.count()).toBe(0);
  });

  test("that nobody has worked yet are sent, keep their copy, and stay the letters they are", async () => {
    const { deadLetters, copies, copy, send, redrivenIds } = await aWorld({ worked: false });
    await copy("a", 1);
    await send("a", 1);
    for (let times = 0; times < 3; times += 1) {
      expect(await deadLetters.redrive()).toMatchObject([{ letterId: "a" }]);
      expect(await redrivenIds()).toEqual(["a"]);
      // A worker does not understand it this time either.
      await copy("a", 2 + times);
      await send("a", 2 + times);
      expect(await deadLetters.list()).toMatchObject([{ letterId: "a", atMs: 2 + times }]);
    }
    expect(await deadLetters.count()).toBe(1);
    await copies.remove({ letterId: "a", atMs: 1 });
    expect(await copies.list()).toMatchObject([{ letterId: "a", atMs: 4 }]);
  });

  test("too long for the ledger stay where only the beginning is left", async () => {
    const { deadLetters, copy, redriven } = await aWorld();
    await copy("long", 1, "ü".repeat(200_000));
    expect(await deadLetters.list()).toMatchObject([{ letterId: "long", whole: false }]);
    expect(await deadLetters.redrive()).toEqual([]);
    expect(await redriven()).toEqual([]);
    expect(await deadLetters.count()).toBe(1);
  });

  test("that are named are redriven or deleted, the others stay", async () => {
    const { deadLetters, copy, send, redriven } = await aWorld();
    for (const [index, id] of ["a", "b", "c", "d"].entries()) {
      await copy(id, index);
      await send(id, index);
    }
    await deadLetters.redrive(["b"]);
    await deadLetters.purge(["c"]);
    expect(await redriven()).toEqual(["{b"]);
    expect((await deadLetters.list()).map(({ letterId }) => letterId)).toEqual(["a", "d"]);
    await deadLetters.purge();
    expect(await deadLetters.list()).toEqual([]);
  });
});
