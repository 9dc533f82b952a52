import * as z from "zod";
import { stageNames } from "./names.ts";

/**
 * What a deployed stage says of itself, as the JSON of one SSM parameter that the deploy writes
 * (`resourceNames(stage).description`): what names alone do not say.
 */
export const StageDescriptionSchema = z.object({
  stage: z.enum(stageNames),
  ledgerTable: z.string(),
  quotaTable: z.string(),
  queueUrl: z.string(),
  deadLetterQueueUrl: z.string(),
  eventBus: z.string(),
  stateMachineArn: z.string(),
  nightlyStateMachineArn: z.string(),
  rows: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("dynamodb"), table: z.string() }),
    z.object({ kind: z.literal("dsql"), hostname: z.string() }),
    /** The URL of a Postgres is in the secret of this name. */
    z.object({ kind: z.literal("postgres"), secret: z.string() }),
  ]),
  worker: z.object({
    functionName: z.string(),
    /** Of the event-source mapping that feeds it. */
    mappingId: z.string(),
    /** False: the account has no concurrency to reserve, and the ledger counts takes. */
    reserved: z.boolean(),
  }),
  /** The settings in force until somebody sets others. */
  settings: z.object({
    lever: z.number(),
    inFlight: z.number().optional(),
    queueSize: z.number().optional(),
    qpm: z.number().optional(),
  }),
});

export type StageDescription = z.infer<typeof StageDescriptionSchema>;
