/** A message as a receiver sees it. */
export type ReceivedMessage = {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** Receives so far, this one included. */
  readonly receives: number;
};

/** What the pipeline uses of SQS. Order is not kept; a message may come more than once. */
export type Queue = {
  send(body: string, delayMs?: number): Promise<void>;
  /** A message that is visible now; it is invisible to others until its visibility timeout. */
  receive(): Promise<ReceivedMessage | undefined>;
  delete(receiptHandle: string): Promise<void>;
  changeVisibility(receiptHandle: string, visibilityMs: number): Promise<void>;
};

type Message = {
  readonly messageId: string;
  readonly body: string;
  visibleAtMs: number;
  receives: number;
  /** Of the newest receive: an older handle does nothing. */
  receiptHandle: string | null;
};

/** A queue in memory and virtual time. `pick` chooses among the visible messages. */
export function memoryQueue(options: {
  readonly nowMs: () => number;
  readonly visibilityMs: number;
  readonly maxReceives?: number;
  readonly pick?: (count: number) => number;
}): Queue & {
  /** When each message becomes, or became, visible. */
  visibleAtMs(): readonly number[];
  deadLetters(): readonly string[];
  /** Loses every message. */
  clear(): void;
} {
  const { nowMs, visibilityMs, maxReceives = Number.POSITIVE_INFINITY, pick = () => 0 } = options;
  const messages = new Set<Message>();
  const dead: string[] = [];
  let sent = 0;

  function held(receiptHandle: string): Message | undefined {
    return [...messages].find((message) => message.receiptHandle === receiptHandle);
  }

  function visible(): Message | undefined {
    const now = [...messages].filter((message) => message.visibleAtMs <= nowMs());
    return now[pick(now.length)];
  }

  return {
    async send(body, delayMs = 0) {
      sent += 1;
      messages.add({
        messageId: `message-${sent}`,
        body,
        visibleAtMs: nowMs() + delayMs,
        receives: 0,
        receiptHandle: null,
      });
    },
    async receive() {
      for (let message = visible(); message !== undefined; message = visible()) {
        message.receives += 1;
        if (message.receives > maxReceives) {
          messages.delete(message);
          dead.push(message.body);
          continue;
        }
        const { messageId, body, receives } = message;
        const receiptHandle = `${messageId}/${receives}`;
        message.receiptHandle = receiptHandle;
        message.visibleAtMs = nowMs() + visibilityMs;
        return { messageId, receiptHandle, body, receives };
      }
      return undefined;
    },
    async delete(receiptHandle) {
      const message = held(receiptHandle);
      if (message !== undefined) messages.delete(message);
    },
    async changeVisibility(receiptHandle, ms) {
      const message = held(receiptHandle);
      if (message !== undefined) message.visibleAtMs = nowMs() + ms;
    },
    visibleAtMs: () => [...messages].map(({ visibleAtMs }) => visibleAtMs),
    deadLetters: () => dead,
    clear: () => messages.clear(),
  };
}
