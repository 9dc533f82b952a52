import * as z from "zod";
import { DsqlRoleSchema } from "../shared/rows/dsql-role.ts";

/** What the state machine sends to its functions. */
export const PlanRunEventSchema = z.object({
  request: z.unknown(),
  executionName: z.string(),
});

export const DispatchBatchesEventSchema = z.object({
  runId: z.string(),
  executionName: z.string(),
  events: z.number(),
});

export const FinishRunEventSchema = z.object({
  runId: z.string().optional(),
  executionName: z.string(),
  error: z.object({ Error: z.string(), Cause: z.string() }).optional(),
});

/** What CDK's provider framework sends for a custom resource. */
export const DeployStepEventSchema = z.object({
  RequestType: z.enum(["Create", "Update", "Delete"]),
});

/**
 * The same for the schema. In Aurora DSQL its properties may name
 * a role and the functions that connect as it; any other property only says "again".
 */
export const MigrateSchemaEventSchema = DeployStepEventSchema.extend({
  ResourceProperties: z.object({ dsqlRole: DsqlRoleSchema.optional() }).default({}),
});

/** What the nightly machine sends. */
export const ListPropertiesEventSchema = z.object({
  night: z.string().min(1),
  after: z.string(),
});

/**
 * What EventBridge says of an execution of the sync machine that has ended.
 * Source: https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
export const ExecutionEndedEventSchema = z.object({
  detail: z.object({
    name: z.string(),
    status: z.enum(["ABORTED", "FAILED", "TIMED_OUT"]),
    /** JSON; absent when it is too large for the event. */
    input: z.string().nullish(),
    cause: z.string().nullish(),
  }),
});
