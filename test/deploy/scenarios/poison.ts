import { GetQueueUrlCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { dynamoLetterCopies } from "../../../shared/operations/dead-letters/dynamo-letter-copies.ts";
import { sqsDeadLetters } from "../../../shared/operations/dead-letters/sqs-dead-letters.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { names } from "../deployed-stage.ts";
import { timeoutMs } from "../patience.ts";
import type { World } from "./world.ts";

/** A message that no worker understands: its letters, once there is one, as `dlq list` shows them. */
export async function sendPoison({ clients: { sqs, documents } }: World) {
  const urlOf = async (QueueName: string) =>
    (await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl ?? "";
  const queueUrl = await urlOf(names.batchQueue);
  const letters = sqsDeadLetters(sqs, {
    queueUrl,
    deadLetterQueueUrl: await urlOf(names.deadLetterQueue),
    copies: dynamoLetterCopies(documents, names.ledgerTable),
    untilWorked: async () => true,
  });
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: "no batch" }));
  await waitUntil("a dead letter", async () => (await letters.count()) > 0, timeoutMs);
  return letters.list();
}
