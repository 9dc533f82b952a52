import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * A home's events, a file a run, a line an event, in the order in which they were accepted. The
 * owner alone appends; readers take whole lines only.
 */
export type EventLog = {
  /** Durable when it returns: the lines are on the disk, or it throws. */
  append(runId: string, lines: readonly string[]): void;
};

/** Events of runs that ended this long ago are of no use to anybody. */
const keptMs = 90 * 86_400_000;

export function openEventLog(folder: string): EventLog {
  return {
    append(runId, lines) {
      const descriptor = openSync(eventFile(folder, runId), "a+", 0o600);
      try {
        appendDurably(descriptor, lines);
      } finally {
        closeSync(descriptor);
      }
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
function appendDurably(descriptor: number, lines: readonly string[]): void {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  const whole = sizeOfWholeLines(descriptor);
  ftruncateSync(descriptor, whole);
  try {
    let written = 0;
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } catch (error) {
    ftruncateSync(descriptor, whole);
    throw error;
  }
}

function sizeOfWholeLines(descriptor: number): number {
  const { size } = fstatSync(descriptor);
  const bytes = Buffer.alloc(Math.min(size, longestLine));
  readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
  return size - bytes.length + bytes.lastIndexOf(10) + 1;
}

/** EventBridge takes events of up to 256 KB. */
const longestLine = 512 * 1_024;

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
