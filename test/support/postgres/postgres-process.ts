import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { PGlite } from "@electric-sql/pglite";
import { StartRefused, serveAsEmbeddedChild } from "../../../local/processes/embedded-child.ts";
import { acquireProcessLock } from "../../../local/processes/process-lock.ts";
import { openPostgresGate } from "./postgres-gate.ts";
import { PostgresSettingsSchema } from "./postgres-server.ts";
import { createPostgresSession } from "./postgres-session.ts";
import { createDatabase } from "./postgres-template.ts";
import { createPostgresTurns } from "./postgres-turns.ts";

// V8 compiles once more, better, whatever has run so much. By its own measure (13 million) a start
// alone does: 0.6 s of CPU, which a command that reads a few rows has to wait for when it ends. From
// here on, storing rows is as fast as it was, and that a start does not pay.
setFlagsFromString("--wasm-tiering-budget=100000000");

await serveAsEmbeddedChild(async (settings) => {
  const { folder, idleTimeoutMs, lockWaitMs } = PostgresSettingsSchema.parse(settings);
  const database =
    folder === undefined ? await createDatabase(undefined) : await openFolder(folder, lockWaitMs);
  const gate = await openPostgresGate({
    session: await createPostgresSession(database),
    turns: createPostgresTurns(),
    idleTimeoutMs,
  });
  return {
    url: gate.url,
    async close() {
      await gate.close();
      await database.close();
    },
  };
});

/**
 * Opens the database in `folder`. Two openers lose each other's rows without an error, hence the
 * lock, which goes with this process. A first start that was cut short leaves half a database
 * that nobody has written to yet: the marker tells, and it is made anew.
 */
async function openFolder(folder: string, lockWaitMs: number): Promise<PGlite> {
  await mkdir(folder, { recursive: true });
  const lock = await acquireProcessLock(join(folder, "lock"), { waitMs: lockWaitMs });
  if (lock === undefined) throw new StartRefused(`another process has ${folder} open`);
  const rowsFolder = join(folder, "database");
  const unfinished = join(folder, "first-start-unfinished");
  if (existsSync(unfinished)) await rm(rowsFolder, { recursive: true, force: true });
  if (existsSync(rowsFolder)) return PGlite.create(rowsFolder);
  await writeFile(unfinished, "");
  const database = await createDatabase(rowsFolder);
  await rm(unfinished);
  return database;
}
