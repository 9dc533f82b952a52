import { setTimeout as delay } from "node:timers/promises";
import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { DeadLetters } from "../../shared/operations/dead-letters/dead-letters.ts";
import { dynamoLetterCopies } from "../../shared/operations/dead-letters/dynamo-letter-copies.ts";
import { sqsDeadLetters } from "../../shared/operations/dead-letters/sqs-dead-letters.ts";

const timeoutMs = 30_000;
const pollMs = 100;

/** Opens a stage's dead letters. */
export function openDeadLetters(
  sqs: SQSClient,
  documents: DynamoDBDocumentClient,
  options: {
    readonly queueUrl: string;
    readonly deadLetterQueueUrl: string;
    readonly ledgerTable: string;
    /** True on a home, whose queue ends with its owner: redriving waits for the workers. */
    readonly waits: boolean;
  },
): DeadLetters {
  const { queueUrl, deadLetterQueueUrl, ledgerTable, waits } = options;

  async function messagesLeft(): Promise<number> {
    const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["All"] });
    const { Attributes = {} } = await sqs.send(command);
    return [
      Attributes.ApproximateNumberOfMessages,
      Attributes.ApproximateNumberOfMessagesNotVisible,
    ].reduce((sum, count) => sum + Number(count ?? 0), 0);
  }

  return sqsDeadLetters(sqs, {
    queueUrl,
    deadLetterQueueUrl,
    copies: dynamoLetterCopies(documents, ledgerTable),
    async untilWorked() {
      const giveUpAtMs = Date.now() + timeoutMs;
      while (waits && (await messagesLeft()) > 0) {
        if (Date.now() > giveUpAtMs) return false;
        await delay(pollMs);
      }
      return true;
    },
  });
}
