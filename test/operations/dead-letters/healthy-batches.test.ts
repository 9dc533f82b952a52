import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { describe, expect, onTestFinished, test } from "vitest";
import { localClientOptions } from "../../../local/aws-servers/local-names.ts";
import { startSqsServer } from "../../../local/aws-servers/sqs-server.ts";
import { functionTimeoutsSeconds } from "../../../shared/config/function-timeouts.ts";
import { parseBatchMessage } from "../../../shared/ledger/batch-message.ts";
import { batchIdAt } from "../../../shared/ledger/run.ts";
import type { WorkPorts } from "../../../shared/sync/fetch/fetch-ports.ts";
import { runId, type SyncWorld, syncWorld } from "../../support/homes/sync-world.ts";

/** A run in memory and virtual time, whose doorbell is the embedded queue as a home has it. */
async function aWorld() {
  const server = await startSqsServer();
  const sqs = new SQSClient(localClientOptions(server.url));
  onTestFinished(async () => {
    sqs.destroy();
    await server.stop();
  });
  const { queueUrl: QueueUrl, deadLetterQueueUrl } = server;
  const world = syncWorld();

  async function receive() {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 1,
        MessageSystemAttributeNames: ["All"],
      }),
    );
    return Messages[0];
  }

  return {
    world,
    receive,
    send: (message: object) =>
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message) })),
    acknowledge: (ReceiptHandle: string | undefined) =>
      sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })),
    comeBack: (ReceiptHandle: string | undefined) =>
      sqs.send(
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
      ),
    async messages(url: "queue" | "dead letters") {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: url === "queue" ? QueueUrl : deadLetterQueueUrl,
          AttributeNames: ["All"],
        }),
      );
      return (
        Number(Attributes.ApproximateNumberOfMessages) +
        Number(Attributes.ApproximateNumberOfMessagesNotVisible)
      );
    },
  };
}

/** Every claim is denied as by a scope that is closed for an hour. */
function closedQuota(world: SyncWorld): WorkPorts {
  const { ports, clock } = world;
  return {
    ...ports,
    quota: {
      ...ports.quota,
      claim: async () => ({
        kind: "denied",
        scope: "property",
        id: "sc-domain:example.com",
        cause: "closed",
        reason: "closed by Google",
        retryAtMs: clock.nowMs() + 3_600_000,
      }),
    },
  };
}

describe("healthy batches", () => {
  test("that are deferred 1,000 times leave the dead-letter queue empty, and are worked in the end", {
    timeout: 240_000,
  }, async () => {
    const { world, send, receive, acknowledge, messages } = await aWorld();
    await world.start([2, 1]);
    const closed = closedQuota(world);
    let deferrals = 0;
    while (deferrals < 1_000) {
      const sent = await world.send();
      for (const batchId of sent) await send({ runId, batchId });
      for (const _ of sent) {
        const message = await receive();
        const bell = parseBatchMessage(message?.Body ?? "");
        if (bell === undefined) throw new Error("no message");
        const index = Number(bell.batchId.slice(1));
        expect((await world.work(index, closed)).kind).toBe("returned");
        await acknowledge(message?.ReceiptHandle);
        deferrals += 1;
      }
      if (sent.length === 0) await world.clock.sleep(600_000);
    }
    expect(await messages("queue")).toBe(0);
    expect(await messages("dead letters")).toBe(0);
    expect((await world.finish()).status).toBe("complete");
    const units = [...(await world.batch(0)).units, ...(await world.batch(1)).units];
    expect(units.map(({ attempts }) => attempts)).toEqual([0, 0, 0]);
  });

  test("whose delivery is throttled for a day stay in the queue, and are worked when it is over", async () => {
    const { world, send, receive, comeBack, acknowledge, messages } = await aWorld();
    await world.start([1]);
    await world.send();
    await send({ runId, batchId: batchIdAt(0) });
    // A throttled receive counts as one and comes back after the queue's visibility, six time-outs.
    const visibilitySeconds = 6 * functionTimeoutsSeconds["fetch-batch"];
    const receives = Math.ceil(86_400 / visibilitySeconds);
    for (let count = 1; count <= receives; count += 1) {
      const message = await receive();
      expect(message?.Attributes?.ApproximateReceiveCount).toBe(String(count));
      await comeBack(message?.ReceiptHandle);
    }
    expect(await messages("dead letters")).toBe(0);
    await world.clock.sleep(86_400_000);
    await world.send();
    const message = await receive();
    expect((await world.work(0)).kind).toBe("settled");
    await acknowledge(message?.ReceiptHandle);
    expect(await messages("queue")).toBe(0);
  });
});
