import { z } from "zod";
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

/**
 * What CDK's provider framework sends for a custom resource. In Aurora DSQL its properties may name
 * a role and the functions that connect as it; any other property only says "again".
 */
export const MigrateSchemaEventSchema = z.object({
  RequestType: z.enum(["Create", "Update", "Delete"]),
  ResourceProperties: z.object({ dsqlRole: DsqlRoleSchema.optional() }).default({}),
});
