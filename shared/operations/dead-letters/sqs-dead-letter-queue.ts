import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { type DeadLetter, letterAttributes } from "./dead-letter.ts";

/** A letter as it was received, and by what it is deleted or shown again. */
export type ReceivedLetter = { readonly letter: DeadLetter; readonly receiptHandle: string };

/** Received letters are out of others' sight for as long as looking through them may take. */
const hiddenSeconds = 60;
const mostLetters = 10_000;

/**
 * Receives whatever is in the queue, until a receive finds nothing. A letter may be there twice:
 * the worker died between sending it and acknowledging its message.
 */
export async function receiveLetters(
  sqs: SQSClient,
  queueUrl: string,
): Promise<readonly ReceivedLetter[]> {
  const received: ReceivedLetter[] = [];
  while (received.length < mostLetters) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        // Long: a short poll asks some of SQS's servers only.
        WaitTimeSeconds: 1,
        VisibilityTimeout: hiddenSeconds,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["SentTimestamp"],
      }),
    );
    if (Messages.length === 0) break;
    received.push(...Messages.map(receivedLetter));
  }
  return received;
}

/** Lets others see a letter again. */
export async function showLetter(
  sqs: SQSClient,
  queueUrl: string,
  { receiptHandle }: ReceivedLetter,
): Promise<void> {
  await sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queueUrl,
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: 0,
    }),
  );
}

export async function deleteLetter(
  sqs: SQSClient,
  queueUrl: string,
  { receiptHandle }: ReceivedLetter,
): Promise<void> {
  await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: receiptHandle }));
}

function receivedLetter(message: Message): ReceivedLetter {
  const { MessageId = "", ReceiptHandle = "", Body = "", MessageAttributes = {} } = message;
  const attribute = (name: string) => MessageAttributes[name]?.StringValue;
  const sentAtMs = Number(message.Attributes?.SentTimestamp ?? 0);
  const saidAtMs = Date.parse(attribute(letterAttributes.at) ?? "");
  return {
    receiptHandle: ReceiptHandle,
    letter: {
      letterId: attribute(letterAttributes.letterId) ?? MessageId,
      // SQS itself gives none: it moves what was received too often.
      reason: attribute(letterAttributes.reason) ?? "received too often without success",
      atMs: Number.isNaN(saidAtMs) ? sentAtMs : saidAtMs,
      body: Body,
      whole: true,
    },
  };
}
