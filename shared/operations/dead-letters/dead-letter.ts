import * as z from "zod";

/** A message that nobody could work, as it stands in the ledger and in the queue. */
export type DeadLetter = {
  /** Of the message that was dead-lettered first: its copy and its place in the queue share it. */
  readonly letterId: string;
  readonly reason: string;
  /** When it was dead-lettered (epoch ms). */
  readonly atMs: number;
  readonly body: string;
  /** False where `body` is only the beginning of it. */
  readonly whole: boolean;
};

export const DeadLetterSchema = z.object({
  letterId: z.string().min(1),
  reason: z.string(),
  atMs: z.number(),
  body: z.string(),
  whole: z.boolean(),
}) satisfies z.ZodType<DeadLetter>;

/** An item of DynamoDB holds 400 KB; a message may be larger, and a character has up to 3 bytes. */
const longestBody = 100_000;

/** A message that was redriven is the letter that it was. */
export function deadLetterOf(
  message: {
    readonly messageId: string;
    readonly body: string;
    readonly letterId?: string | undefined;
  },
  reason: string,
  atMs: number,
): DeadLetter {
  const { body } = message;
  const letterId = message.letterId ?? message.messageId;
  const whole = body.length <= longestBody;
  return { letterId, reason, atMs, body: whole ? body : body.slice(0, longestBody), whole };
}

/** Attributes that a message keeps in the dead-letter queue; its id also when it leaves. */
export const letterAttributes = {
  letterId: "letterId",
  reason: "reason",
  at: "deadLetteredAt",
} as const;
