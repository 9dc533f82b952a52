import { type FileHandle, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { dayMs } from "../../shared/lib/durations.ts";

/**
 * A home's events, a file a run, a line an event, in the order in which they were accepted. The
 * owner alone appends; readers take whole lines only.
 */
export type EventLog = {
  /** Resolves once the lines are on the disk. Those that come meanwhile share the next write. */
  append(runId: string, lines: readonly string[]): Promise<void>;
};

/** Events of runs that ended this long ago are of no use to anybody. */
const keptMs = 90 * dayMs;

export function openEventLog(folder: string): EventLog {
  let waiting = new Map<string, string[]>();
  let underWay: Promise<unknown> = Promise.resolve();
  let following: Promise<void> | undefined;

  function write(): Promise<void> {
    following = undefined;
    const taken = waiting;
    waiting = new Map();
    const writing = Promise.all(
      [...taken].map(([runId, lines]) => appendDurably(eventFile(folder, runId), lines)),
    ).then(() => {});
    underWay = writing.catch(() => {});
    return writing;
  }

  return {
    append(runId, lines) {
      waiting.set(runId, [...(waiting.get(runId) ?? []), ...lines]);
      following ??= underWay.then(write);
      return following;
    },
  };
}

export function eventFile(folder: string, runId: string): string {
  return join(folder, `${encodeURIComponent(runId)}.jsonl`);
}

/** Whole lines from a byte offset on, each with the offset behind it; none when there is no file. */
export async function readEventLines(
  folder: string,
  runId: string,
  from: number,
): Promise<readonly { readonly line: string; readonly end: number }[]> {
  const bytes = await readFrom(eventFile(folder, runId), from);
  const lines: { line: string; end: number }[] = [];
  for (
    let at = 0, stop = bytes.indexOf(10);
    stop >= 0;
    at = stop + 1, stop = bytes.indexOf(10, at)
  ) {
    if (stop > at) lines.push({ line: bytes.toString("utf8", at, stop), end: from + stop + 1 });
  }
  return lines;
}

/** Removes what belongs to runs whose last event is old; a file in use is none of them. */
export async function pruneEventLog(folder: string, nowMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const { mtimeMs } = await stat(file);
    if (nowMs - mtimeMs > keptMs) await rm(file, { force: true });
  }
}

/** A line that a crash cut off was never acknowledged: it ends here, and is no event. */
async function appendDurably(file: string, lines: readonly string[]): Promise<void> {
  const handle = await open(file, "a+", 0o600);
  try {
    const whole = await sizeOfWholeLines(handle);
    await handle.truncate(whole);
    try {
      await handle.appendFile(lines.map((line) => `${line}\n`).join(""));
      await handle.sync();
    } catch (error) {
      await handle.truncate(whole);
      throw error;
    }
  } finally {
    await handle.close();
  }
}

/** EventBridge takes events of up to 256 KB. */
const longestLine = 512 * 1_024;

async function sizeOfWholeLines(handle: FileHandle): Promise<number> {
  const { size } = await handle.stat();
  const end = Buffer.alloc(Math.min(size, longestLine));
  await handle.read(end, 0, end.length, size - end.length);
  return size - end.length + end.lastIndexOf(10) + 1;
}

async function readFrom(file: string, from: number): Promise<Buffer> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (handle === undefined) return Buffer.alloc(0);
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.max(size - from, 0));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
