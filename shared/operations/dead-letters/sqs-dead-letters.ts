import { GetQueueAttributesCommand, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { type DeadLetter, letterAttributes } from "./dead-letter.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { LetterCopies } from "./dynamo-letter-copies.ts";
import {
  deleteLetter,
  type ReceivedLetter,
  receiveLetters,
  showLetter,
} from "./sqs-dead-letter-queue.ts";

type FoundLetter = {
  readonly letter: DeadLetter;
  readonly received: readonly ReceivedLetter[];
  /** The ledger's copy of it. */
  readonly copy: DeadLetter | null;
};

/**
 * The dead-letter queue and the ledger's copies as one. A letter is sent before it is deleted
 * anywhere: a crash in between sends a batch twice, which does no harm. Its copy stays until what
 * was sent is worked, since a home's queue ends with its owner.
 */
export function sqsDeadLetters(
  sqs: SQSClient,
  options: {
    readonly queueUrl: string;
    readonly deadLetterQueueUrl: string;
    readonly copies: LetterCopies;
    /** Resolves when what was sent is worked, as far as it can be waited for; false: it is not. */
    readonly untilWorked: () => Promise<boolean>;
  },
): DeadLetters {
  const { queueUrl, deadLetterQueueUrl, copies } = options;

  /** Works on the letters that are asked for; the others are visible again when it is done. */
  async function withLetters(
    letterIds: readonly string[] | undefined,
    work: (letters: readonly FoundLetter[]) => Promise<void>,
  ): Promise<readonly DeadLetter[]> {
    const received = await receiveLetters(sqs, deadLetterQueueUrl);
    try {
      const found = mergeLetters(received, await copies.list());
      const asked = found.filter(({ letter }) => letterIds?.includes(letter.letterId) ?? true);
      await work(asked);
      return asked.map(({ letter }) => letter);
    } finally {
      // Those that are deleted by now cannot be shown, and need not.
      await Promise.allSettled(received.map((each) => showLetter(sqs, deadLetterQueueUrl, each)));
    }
  }

  async function remove(found: FoundLetter): Promise<void> {
    await removeQueued(found);
    if (found.copy !== null) await copies.remove(found.copy);
  }

  async function removeQueued({ received }: FoundLetter): Promise<void> {
    for (const each of received) await deleteLetter(sqs, deadLetterQueueUrl, each);
  }

  return {
    async count() {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: deadLetterQueueUrl,
          AttributeNames: ["ApproximateNumberOfMessages"],
        }),
      );
      const queued = Number(Attributes?.ApproximateNumberOfMessages ?? 0);
      return Math.max(queued, (await copies.list()).length);
    },
    list: () => withLetters(undefined, async () => {}),
    async redrive(letterIds) {
      const sent: FoundLetter[] = [];
      await withLetters(letterIds, async (letters) => {
        for (const found of letters.filter(({ letter }) => letter.whole)) {
          const { letterId, body } = found.letter;
          await sqs.send(
            new SendMessageCommand({
              QueueUrl: queueUrl,
              MessageBody: body,
              MessageAttributes: {
                [letterAttributes.letterId]: { DataType: "String", StringValue: letterId },
              },
            }),
          );
          sent.push(found);
          if (found.copy !== null) await removeQueued(found);
        }
        if (sent.length === 0 || !(await options.untilWorked())) return;
        for (const found of sent) await remove(found);
      });
      return sent.map(({ letter }) => letter);
    },
    purge: (letterIds) =>
      withLetters(letterIds, async (letters) => {
        for (const found of letters) await remove(found);
      }),
  };
}

/** Queue and copies by letter, oldest first; what the queue holds is whole. */
function mergeLetters(
  received: readonly ReceivedLetter[],
  copies: readonly DeadLetter[],
): readonly FoundLetter[] {
  const found = new Map<string, FoundLetter>();
  for (const letter of copies) found.set(letter.letterId, { letter, received: [], copy: letter });
  for (const each of received) {
    const { letterId } = each.letter;
    const known = found.get(letterId);
    found.set(letterId, {
      letter: each.letter,
      received: [...(known?.received ?? []), each],
      copy: known?.copy ?? null,
    });
  }
  return [...found.values()].sort((a, b) => a.letter.atMs - b.letter.atMs);
}
