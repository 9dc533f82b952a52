import { z } from "zod";

/** Where a home's servers are while somebody owns them. */
export const StackEndpointsSchema = z.object({
  dynamo: z.string(),
  sqs: z.string(),
  stepFunctions: z.string(),
  eventBridge: z.string(),
  /** Null: the rows are in DynamoDB. */
  postgres: z.string().nullable(),
  queueUrl: z.string(),
  deadLetterQueueUrl: z.string(),
  ledgerTable: z.string(),
  quotaTable: z.string(),
  rowsTable: z.string(),
  stateMachineArn: z.string(),
});

export type StackEndpoints = z.infer<typeof StackEndpointsSchema>;

/**
 * A home's servers, started by this command (owner) or by another that still runs (attached).
 * An owner stays until the commands attached to it have ended; its servers end with it.
 */
export type Stack = {
  readonly role: "owner" | "attached";
  readonly endpoints: StackEndpoints;
  /** What the owner's handlers are given, and clients need: names, endpoints, region, keys. */
  readonly handlerEnvironment: Readonly<Record<string, string>>;
  /** Resolves, with what happened, when servers have gone without being asked to; else never. */
  readonly lost: Promise<string>;
  /**
   * Owner: waits for attached commands, then stops everything. `force`, also on a second call
   * while the first one waits: stops waiting, and kills what is under way.
   */
  close(options?: { readonly force?: boolean }): Promise<void>;
};
