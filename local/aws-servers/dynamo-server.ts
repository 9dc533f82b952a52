import { z } from "zod";
import { type EmbeddedProcess, startEmbeddedProcess } from "../processes/embedded-process.ts";

/** Settings of `dynamo-process.ts`. */
export const DynamoSettingsSchema = z.object({
  /** Where the tables live; absent: in memory. */
  folder: z.string().min(1).optional(),
  /** The access key that requests are signed with; absent: any. */
  key: z.string().optional(),
  /** How long a killed predecessor may take to let go of the folder. */
  lockWaitMs: z.int().min(0).default(5_000),
});

export type DynamoSettings = z.input<typeof DynamoSettingsSchema>;

/**
 * Starts the embedded DynamoDB (dynalite) in a process of its own.
 * Throws EmbeddedProcessError when it does not start, also when another process has the folder.
 */
export function startDynamoServer(settings: DynamoSettings = {}): Promise<EmbeddedProcess> {
  return startEmbeddedProcess({
    title: "the embedded DynamoDB",
    module: new URL("./dynamo-process.ts", import.meta.url),
    settings: DynamoSettingsSchema.parse(settings),
    startTimeoutMs: 30_000,
  });
}
