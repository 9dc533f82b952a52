import { z } from "zod";
import { FunctionErrorSchema } from "./function-result.ts";

/** What a pool says to a function process over IPC. */
export const InvocationMessageSchema = z.object({
  awsRequestId: z.string(),
  event: z.unknown(),
  deadlineUtcMs: z.number(),
});

export type InvocationMessage = z.infer<typeof InvocationMessageSchema>;

/** What the process answers. JSON drops an undefined payload, as Lambda does: null. */
export const AnswerMessageSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ok"), awsRequestId: z.string(), payload: z.unknown().default(null) }),
  z.object({
    kind: z.literal("error"),
    awsRequestId: z.string(),
    error: FunctionErrorSchema,
    /** The module could not be loaded: another process may do better, this one won't. */
    unusable: z.boolean(),
  }),
]);

export type AnswerMessage = z.infer<typeof AnswerMessageSchema>;
