import { z } from "zod";

/** Body of an SQS message: a doorbell. What is to be done stands in the ledger. */
export const BatchMessageSchema = z.object({
  runId: z.string().min(1),
  batchId: z.string().min(1),
});

export type BatchMessage = z.infer<typeof BatchMessageSchema>;
