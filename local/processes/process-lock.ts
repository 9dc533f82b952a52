import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { poll } from "../../shared/lib/poll.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";

export type ProcessLock = { release(): void };

/** The lock file cannot be used at all (permissions, disk, not a lock file): waiting won't help. */
export class ProcessLockError extends Error {
  readonly code = "process-lock";

  constructor(file: string, cause: unknown) {
    super(`cannot use the lock file ${file}: check that its folder is writable`, { cause });
    this.name = "ProcessLockError";
  }
}

/**
 * Takes the lock that `file` stands for, or answers undefined when somebody else still has it
 * after `waitMs`. It is an operating-system lock on the file, held through SQLite because Node
 * has no file locks of its own: it goes with the process, however the process ends, so there is
 * nothing stale to clean up. The file itself stays; never delete it while it may be held.
 */
export async function acquireProcessLock(
  file: string,
  { waitMs }: { readonly waitMs: number },
): Promise<ProcessLock | undefined> {
  await mkdir(dirname(file), { recursive: true }).catch((cause: unknown) => {
    throw new ProcessLockError(file, cause);
  });
  const timing = { pollMs: 50, timeoutMs: waitMs };
  return poll(
    systemClock,
    timing,
    async () => tryLock(file),
    (lock) => lock !== undefined,
  );
}

/** A lock whose owner forgets it must not go with the garbage: only `release` or our end frees it. */
const heldDatabases = new Set<DatabaseSync>();

function tryLock(file: string): ProcessLock | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    // Without EXCLUSIVE mode the journal's end would give the lock back.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (cause) {
    database?.close();
    if (isHeldByAnother(cause)) return undefined;
    throw new ProcessLockError(file, cause);
  }
  const held = database;
  heldDatabases.add(held);
  return {
    release() {
      if (heldDatabases.delete(held)) held.close();
    },
  };
}

/** SQLITE_BUSY. Source: https://www.sqlite.org/rescode.html#busy */
function isHeldByAnother(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === 5;
}
