import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { SQSEvent } from "aws-lambda";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  localClientOptions,
  localNames,
  localRegion,
  queueArn,
} from "../../../local/aws-servers/local-names.ts";
import { startSqsServer } from "../../../local/aws-servers/sqs-server.ts";
import {
  type EventSourceOptions,
  startEventSource,
} from "../../../local/functions/event-source.ts";
import { startFunctionPool } from "../../../local/functions/function-pool.ts";
import type { FunctionResult } from "../../../local/functions/function-result.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { waitUntil } from "../../support/wait-until.ts";

const done: FunctionResult = { kind: "ok", payload: { batchItemFailures: [] } };

async function queue(options?: Parameters<typeof startSqsServer>[0]) {
  const server = await startSqsServer(options);
  const sqs = new SQSClient(localClientOptions(server.url));
  onTestFinished(async () => {
    sqs.destroy();
    await server.stop();
  });
  const { queueUrl, deadLetterQueueUrl } = server;
  return {
    sqs,
    queueUrl,
    send: (body: unknown) =>
      sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(body) })),
    async left() {
      const AttributeNames = ["All" as const];
      const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames });
      const { Attributes = {} } = await sqs.send(command);
      return {
        visible: Number(Attributes.ApproximateNumberOfMessages),
        inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
      };
    },
    async deadLetters() {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: deadLetterQueueUrl, MaxNumberOfMessages: 10 }),
      );
      return Messages.map(({ Body }) => Body);
    },
  };
}

type Queue = Awaited<ReturnType<typeof queue>>;

function source({ sqs, queueUrl }: Queue, options: Partial<EventSourceOptions>) {
  const notices: string[] = [];
  const started = startEventSource({
    sqs,
    queueUrl,
    queueArn: queueArn(localNames.batchQueue),
    region: localRegion,
    invoke: async () => done,
    readLever: () => 1,
    onNotice: (notice) => notices.push(notice),
    leverReadMs: 20,
    ...options,
  });
  onTestFinished(() => started.close());
  return { ...started, notices };
}

function toyPool() {
  const folder = temporaryFolder();
  const pool = startFunctionPool({
    functionName: "toy",
    modulePath: join(import.meta.dirname, "../../support/homes/functions/toy.ts"),
    environment: {},
    logFile: join(folder, "toy.log"),
    timeoutMs: 20_000,
    limit: () => 5,
  });
  onTestFinished(() => pool.close());
  return { ...pool, journal: join(folder, "journal") };
}

describe("the event source", () => {
  test("invokes with Lambda's record for each message, within milliseconds, and deletes it", async () => {
    const target = await queue();
    const events: SQSEvent[] = [];
    const arrivals: number[] = [];
    source(target, {
      invoke: async (event) => {
        arrivals.push(performance.now());
        events.push(event);
        return done;
      },
    });
    const sent: number[] = [];
    for (let count = 1; count <= 20; count += 1) {
      sent.push(performance.now());
      await target.send({ count });
      await waitUntil("an invocation", () => events.length === count);
    }
    const { sqs, queueUrl } = target;
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: "é",
        MessageAttributes: { kind: { DataType: "String", StringValue: "bell" } },
      }),
    );
    await waitUntil("the last message", () => events.length === 21);
    const latencies = arrivals.map((at, index) => at - (sent[index] ?? at)).sort((a, b) => a - b);
    console.info(`send to invoke: median ${latencies[10]?.toFixed(1)} ms`);
    expect(events.at(-1)?.Records).toEqual([
      {
        messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        receiptHandle: expect.stringMatching(/./),
        body: "é",
        attributes: {
          ApproximateReceiveCount: "1",
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: expect.stringMatching(/./),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        },
        messageAttributes: {
          kind: {
            stringValue: "bell",
            dataType: "String",
            stringListValues: [],
            binaryListValues: [],
          },
        },
        md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
        eventSource: "aws:sqs",
        eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${localNames.batchQueue}`,
        awsRegion: "us-east-1",
      },
    ]);
    await waitUntil("an empty queue", async () => {
      const { visible, inFlight } = await target.left();
      return visible + inFlight === 0;
    });
  });

  test("obeys the lever: as many at once, more when raised, none at 0", async () => {
    const target = await queue();
    let lever = 2;
    let working = 0;
    let most = 0;
    let finished = 0;
    let release = Promise.withResolvers<void>();
    source(target, {
      readLever: () => lever,
      invoke: async () => {
        working += 1;
        most = Math.max(most, working);
        await release.promise;
        working -= 1;
        finished += 1;
        return done;
      },
    });
    const letAllGo = () => {
      release.resolve();
      release = Promise.withResolvers();
    };
    for (let count = 0; count < 12; count += 1) await target.send({ count });
    await waitUntil("two at work", () => working === 2);
    lever = 4;
    await waitUntil("four at work", () => working === 4);
    expect(most).toBe(4);

    lever = 0;
    letAllGo();
    await waitUntil("an end of work", () => finished === 4 && working === 0);
    await target.send({ count: "one more" });
    // Whatever a poll under way brought is given back at once.
    await waitUntil("nothing in flight", async () => {
      const { visible, inFlight } = await target.left();
      return visible === 9 && inFlight === 0;
    });
    expect(working).toBe(0);

    most = 0;
    lever = 1;
    await waitUntil("work again", () => working === 1);
    letAllGo();
    while (finished < 13) {
      await waitUntil("the next", () => working === 1 || finished === 13);
      letAllGo();
    }
    expect(most).toBe(1);
  });

  test("a long poll that outlives a lever of 0 brings nothing to a worker", async () => {
    const target = await queue();
    let lever = 1;
    let reads = 0;
    let invoked = 0;
    source(target, {
      readLever: () => {
        reads += 1;
        return lever;
      },
      invoke: async () => {
        invoked += 1;
        return done;
      },
    });
    await waitUntil("a poll", () => reads > 0);
    lever = 0;
    await target.send({});
    await waitUntil("the message to be back", async () => {
      const { visible } = await target.left();
      return reads > 2 && visible === 1;
    });
    expect(invoked).toBe(0);
  });

  test("a message that fails comes back when its visibility ends, and is redriven at last", async () => {
    const target = await queue({ visibilitySeconds: 1, maxReceiveCount: 2 });
    const bodies: string[] = [];
    const failures: FunctionResult[] = [
      { kind: "error", error: { errorType: "TypeError", errorMessage: "no" } },
      { kind: "ok", payload: { batchItemFailures: [{ itemIdentifier: "unknown" }] } },
    ];
    source(target, {
      readLever: () => 2,
      invoke: async ({ Records: [record] }) => {
        bodies.push(record?.body ?? "");
        return record?.body === '"bad"' ? (failures.shift() ?? done) : done;
      },
    });
    await target.send("bad");
    await target.send("good");
    const dead = await waitUntil("a dead letter", async () => {
      const letters = await target.deadLetters();
      return letters.length > 0 && letters;
    });
    expect(dead).toEqual(['"bad"']);
    expect(bodies.filter((body) => body === '"bad"')).toHaveLength(2);
    expect(bodies.filter((body) => body === '"good"')).toHaveLength(1);
  });

  test("reads the handler's batchItemFailures, whatever process it ran in", async () => {
    const target = await queue({ visibilitySeconds: 1 });
    const pool = toyPool();
    source(target, { invoke: pool.invoke });
    await target.send({ do: "fail-item", once: true, journal: pool.journal });
    await waitUntil("a second try that succeeds", async () => {
      const { visible, inFlight } = await target.left();
      return visible + inFlight === 0;
    });
    const ends = readFileSync(pool.journal, "utf8").match(/"end"/g);
    expect(ends).toHaveLength(2);
  });

  test("the message of a worker that dies is soon worked by another", async () => {
    const target = await queue({ visibilitySeconds: 600 });
    const pool = toyPool();
    source(target, { invoke: pool.invoke, lostWorkerVisibilitySeconds: 1 });
    await target.send({ do: "exit", once: true, journal: pool.journal });
    const lines = await waitUntil("two workers", () => {
      const text = existsSync(pool.journal) ? readFileSync(pool.journal, "utf8") : "";
      const starts = text.split("\n").filter((line) => line.includes('"start"'));
      return starts.length === 2 && starts;
    });
    expect(new Set(lines.map((line) => JSON.parse(line).pid)).size).toBe(2);
    await waitUntil("an empty queue", async () => (await target.left()).inFlight === 0);
  });

  test("close ends a long poll at once and waits for what is under way", async () => {
    const target = await queue();
    const release = Promise.withResolvers<void>();
    let working = false;
    const idle = source(target, {});
    await idle.close();
    const busy = source(target, {
      invoke: async () => {
        working = true;
        await release.promise;
        return done;
      },
    });
    await target.send({});
    await waitUntil("work", () => working);
    let closed = false;
    const closing = busy.close().then(() => {
      closed = true;
    });
    await target.left();
    expect(closed).toBe(false);
    release.resolve();
    await closing;
    expect((await target.left()).inFlight).toBe(0);
  });
});
