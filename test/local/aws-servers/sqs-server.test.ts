import { setTimeout } from "node:timers/promises";
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { localClientOptions } from "../../../local/aws-servers/local-names.ts";
import { startSqsServer } from "../../../local/aws-servers/sqs-server.ts";
import { describeQueue, queueLimits } from "../../contracts/queue-contract.ts";

describeQueue("embedded SQS", async () => {
  const server = await startSqsServer({
    visibilitySeconds: queueLimits.visibilityMs / 1_000,
    maxReceiveCount: queueLimits.maxReceives,
  });
  const sqs = new SQSClient(localClientOptions(server.url));
  const { queueUrl: QueueUrl } = server;

  async function receive(from: string) {
    const { Messages: [message] = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: from,
        WaitTimeSeconds: 0,
        MessageSystemAttributeNames: ["ApproximateReceiveCount"],
      }),
    );
    return message;
  }

  return {
    queue: {
      async send(MessageBody, delayMs = 0) {
        const DelaySeconds = delayMs / 1_000;
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }));
      },
      async receive() {
        const message = await receive(QueueUrl);
        return (
          message && {
            messageId: message.MessageId ?? "",
            receiptHandle: message.ReceiptHandle ?? "",
            body: message.Body ?? "",
            receives: Number(message.Attributes?.ApproximateReceiveCount),
          }
        );
      },
      async delete(ReceiptHandle) {
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      },
      async changeVisibility(ReceiptHandle, ms) {
        const VisibilityTimeout = ms / 1_000;
        await sqs.send(
          new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }),
        );
      },
    },
    pass: (ms) => setTimeout(ms),
    async deadLetters() {
      const message = await receive(server.deadLetterQueueUrl);
      return message?.Body === undefined ? [] : [message.Body];
    },
    async close() {
      sqs.destroy();
      await server.stop();
    },
  };
});
