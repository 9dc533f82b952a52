import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { SQSEvent } from "aws-lambda";
import { errorMessage } from "../../shared/lib/error-message.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { type FunctionResult, isLostProcess } from "./function-result.ts";
import { isMessageDone, toSqsEvent } from "./sqs-event.ts";

export type EventSource = {
  /** Stops receiving at once and resolves when no invocation is under way. */
  close(): Promise<void>;
};

export type EventSourceOptions = {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly region: string;
  readonly invoke: (event: SQSEvent) => Promise<FunctionResult>;
  /** Most invocations at once; 0 stops receiving. Read about once a second and before each receive. */
  readonly readLever: () => number | Promise<number>;
  readonly onNotice: (notice: string) => void;
  readonly leverReadMs?: number;
  /** When the message of a worker that died is visible again. */
  readonly lostWorkerVisibilitySeconds?: number;
};

/**
 * Feeds a function from a queue as Lambda's SQS event-source mapping does, batch size 1: polls
 * long, invokes up to the lever at once, deletes what succeeded. What failed is left alone: its
 * visibility timeout brings it back and the queue's redrive policy has the last word.
 */
export function startEventSource(options: EventSourceOptions): EventSource {
  const { sqs, onNotice, leverReadMs = 1_000 } = options;
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();

  async function poll(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        const free = (await options.readLever()) - underWay.size;
        if (free > 0) await receive(Math.min(free, 10));
        else await roomOrTime();
      } catch (error) {
        if (closing.signal.aborted) return;
        onNotice(`the queue could not be read: ${errorMessage(error)}`);
        await systemClock.sleep(leverReadMs, closing.signal);
      }
    }
  }

  async function receive(most: number): Promise<void> {
    const command = new ReceiveMessageCommand({
      QueueUrl: options.queueUrl,
      MaxNumberOfMessages: most,
      WaitTimeSeconds: 20,
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    });
    const { Messages = [] } = await sqs.send(command, { abortSignal: closing.signal });
    if (Messages.length === 0) return;
    // The poll may have been long: what the lever no longer has room for goes back.
    const room = (await options.readLever()) - underWay.size;
    for (const [index, message] of Messages.entries()) {
      const taken = index < room && !closing.signal.aborted;
      const work = (taken ? run(message) : show(message, 0)).catch((error: unknown) =>
        onNotice(`the queue did not hear what became of a message: ${errorMessage(error)}`),
      );
      underWay.add(work);
      void work.finally(() => underWay.delete(work));
    }
  }

  async function run(message: Message): Promise<void> {
    const result = await options.invoke(toSqsEvent(message, options));
    if (result.kind === "ok") {
      if (isMessageDone(result.payload)) await acknowledge(message);
    } else if (isLostProcess(result.error)) {
      await show(message, options.lostWorkerVisibilitySeconds ?? 2);
    }
  }

  async function acknowledge({ ReceiptHandle }: Message): Promise<void> {
    await sqs.send(new DeleteMessageCommand({ QueueUrl: options.queueUrl, ReceiptHandle }));
  }

  async function show({ ReceiptHandle }: Message, VisibilityTimeout: number): Promise<void> {
    const QueueUrl = options.queueUrl;
    const command = { QueueUrl, ReceiptHandle, VisibilityTimeout };
    await sqs.send(new ChangeMessageVisibilityCommand(command));
  }

  async function roomOrTime(): Promise<void> {
    const waited = new AbortController();
    const stop = AbortSignal.any([waited.signal, closing.signal]);
    await Promise.race([systemClock.sleep(leverReadMs, stop), ...underWay]);
    waited.abort();
  }

  const polling = poll();
  return {
    async close() {
      closing.abort();
      await polling;
      await Promise.all(underWay);
    },
  };
}
