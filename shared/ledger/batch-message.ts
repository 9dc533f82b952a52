import * as z from "zod";

/** Body of an SQS message. It only wakes a worker: what is to be done stands in the ledger. */
export const BatchMessageSchema = z.object({
  runId: z.string().min(1),
  batchId: z.string().min(1),
});

export type BatchMessage = z.infer<typeof BatchMessageSchema>;

/** The message in an SQS body; undefined when it is none. */
export function parseBatchMessage(body: string): BatchMessage | undefined {
  try {
    return BatchMessageSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
