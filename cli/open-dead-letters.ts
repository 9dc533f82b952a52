import { setTimeout as delay } from "node:timers/promises";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { localClientOptions } from "../local/local-names.ts";
import type { StackEndpoints } from "../local/stack.ts";
import type { DeadLetters } from "../shared/dead-letters/dead-letters.ts";
import { dynamoLetterCopies } from "../shared/dead-letters/dynamo-letter-copies.ts";
import { sqsDeadLetters } from "../shared/dead-letters/sqs-dead-letters.ts";

const patienceMs = 30_000;
const lookMs = 100;

/** A home's dead letters. Its queue ends with its owner, so what is redriven is waited for. */
export function openDeadLetters(
  endpoints: StackEndpoints,
  documents: DynamoDBDocumentClient,
): DeadLetters {
  const { queueUrl, deadLetterQueueUrl, ledgerTable } = endpoints;
  const sqs = new SQSClient(localClientOptions(endpoints.sqs));

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
      const giveUpAtMs = Date.now() + patienceMs;
      while ((await messagesLeft()) > 0) {
        if (Date.now() > giveUpAtMs) return false;
        await delay(lookMs);
      }
      return true;
    },
  });
}
