import { z } from "zod";
import type { ReadLever } from "../functions/lever-reading.ts";
import type { StackParts } from "./stack-parts.ts";

/** Where a home's servers are while somebody owns them. */
export const StackEndpointsSchema = z.object({
  dynamo: z.string(),
  sqs: z.string(),
  stepFunctions: z.string(),
  eventBridge: z.string(),
  /** Null: the rows are elsewhere. */
  postgres: z.string().nullable(),
  /** The lake's folder and where its keeper listens; null: the rows are elsewhere. */
  lake: z.object({ folder: z.string(), keeper: z.string() }).nullable(),
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

export type OpenStackOptions = {
  /** The home's folder. */
  readonly home: string;
  /** Of the command; an owner's handlers inherit it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** One line for a person. */
  readonly onNotice: (notice: string) => void;
  /** How an owner reads the lever; absent: `GSC_SYNC_LEVER`, or 5. */
  readonly openLever?: (handlerEnvironment: Readonly<Record<string, string>>) => ReadLever;
  /** How long to wait for an owner that is starting or stopping. */
  readonly waitMs?: number;
  readonly parts?: StackParts;
};
