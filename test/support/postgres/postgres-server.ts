import { z } from "zod";
import {
  type EmbeddedProcess,
  startEmbeddedProcess,
} from "../../../local/processes/embedded-process.ts";

/** What `postgres-process.ts` is told. */
export const PostgresSettingsSchema = z.object({
  /** Where the database lives; absent: in memory. */
  folder: z.string().min(1).optional(),
  /** A connection that is silent for so long within a transaction is rolled back and closed. */
  idleTimeoutMs: z.int().positive().default(10_000),
  /** How long a killed predecessor may take to let go of the folder. */
  lockWaitMs: z.int().min(0).default(5_000),
});

export type PostgresSettings = z.input<typeof PostgresSettingsSchema>;

/**
 * Starts the embedded Postgres (PGlite behind its gate) in a process of its own.
 * Throws EmbeddedProcessError when it does not start, also when another process has the folder.
 */
export function startPostgresServer(settings: PostgresSettings = {}): Promise<EmbeddedProcess> {
  return startEmbeddedProcess({
    title: "the embedded Postgres",
    module: new URL("./postgres-process.ts", import.meta.url),
    settings: PostgresSettingsSchema.parse(settings),
    startTimeoutMs: 60_000,
  });
}
