import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { acquireProcessLock, ProcessLockError } from "../../../local/processes/process-lock.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gsc-sync-lock-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("a lock that is held is refused until it is released", async () => {
  const file = join(folder, "deeper", "lock");
  const first = await acquireProcessLock(file, { waitMs: 0 });
  expect(first).toBeDefined();
  expect(await acquireProcessLock(file, { waitMs: 0 })).toBeUndefined();
  first?.release();
  first?.release();
  const second = await acquireProcessLock(file, { waitMs: 0 });
  expect(second).toBeDefined();
  second?.release();
});

test("a lock that its holder forgot is kept, and goes when the holder is killed", async () => {
  const file = join(folder, "lock");
  const holder = fork(
    new URL("../../support/homes/hold-process-lock.ts", import.meta.url),
    [file],
    {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      execArgv: [],
    },
  );
  const exited = once(holder, "exit");
  await once(holder, "message");
  expect(await acquireProcessLock(file, { waitMs: 0 })).toBeUndefined();
  const waiter = acquireProcessLock(file, { waitMs: 20_000 });
  holder.kill("SIGKILL");
  const lock = await waiter;
  expect(lock).toBeDefined();
  lock?.release();
  await exited;
});

test("a file that can be no lock is a fault, not a holder", async () => {
  const file = join(folder, "not-a-lock");
  await writeFile(file, "something else, long enough to be told from an empty database file");
  await expect(acquireProcessLock(file, { waitMs: 5_000 })).rejects.toThrow(ProcessLockError);
});
