import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { z } from "zod";
import { compileCache } from "./clone-cache.ts";

/**
 * An embedded server in a process of its own.
 *
 *   starting --its URL over IPC--> serving --stop(), SIGTERM, or the parent is gone--> ended
 *   starting --exit, or no URL within startTimeoutMs--> EmbeddedProcessError
 *   serving --a crash--> ended, not by us: `ended` resolves
 */
export type EmbeddedProcess = {
  readonly url: string;
  readonly pid: number;
  /** Ends the process and resolves when it is gone. Repeating it is harmless. */
  stop(): Promise<void>;
  /** Resolves when the process is gone, for whatever reason. */
  readonly ended: Promise<EmbeddedProcessEnd>;
};

export type EmbeddedProcessEnd = {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines that it printed. */
  readonly lastLines: readonly string[];
};

export type EmbeddedProgram = {
  /** What a person calls the server. */
  readonly title: string;
  readonly module: URL;
  /** Handed to the child as JSON. */
  readonly settings: unknown;
  readonly startTimeoutMs: number;
};

export class EmbeddedProcessError extends Error {
  readonly code = "embedded-process";
  readonly lastLines: readonly string[];

  constructor(title: string, reason: string, lastLines: readonly string[]) {
    super([`${title} did not start: ${reason}`, ...lastWord(lastLines)].join(": "));
    this.name = "EmbeddedProcessError";
    this.lastLines = lastLines;
  }
}

/** Why it ended, in one line: the error itself, not the place in a library where it was thrown. */
function lastWord(lines: readonly string[]): readonly string[] {
  const error = lines.findLast((line) => /^\s*(\w+ )?\[?\w*(Error|Exception)\b/.test(line));
  const said = (error ?? lines.at(-1))?.trim();
  if (said === undefined) return [];
  return /\bE[MN]FILE\b/.test(lines.join(" "))
    ? ["too many open files: allow more, with ulimit -n 1024"]
    : [said.slice(0, 300)];
}

/** Said to the child: end. What it says is {@link ChildMessageSchema}. */
export const stopMessage = "stop";

export const ChildMessageSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("serving"), url: z.string() }),
  z.object({ kind: z.literal("refused"), reason: z.string() }),
]);

export type ChildMessage = z.infer<typeof ChildMessageSchema>;

/** A child that has not ended this long after it was asked to is killed. */
const stopTimeoutMs = 10_000;
const keptLines = 20;

export async function startEmbeddedProcess(program: EmbeddedProgram): Promise<EmbeddedProcess> {
  const child = fork(program.module, [JSON.stringify(program.settings)], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    execArgv: [],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  });
  const lastLines = keepLastLines(child);
  const ended = endOf(child, lastLines);
  const stop = async () => {
    if (child.connected) child.send(stopMessage, () => {});
    const killer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
    await ended;
    clearTimeout(killer);
  };
  try {
    const url = await servingUrl(child, ended, program);
    return { url, pid: child.pid ?? 0, stop, ended };
  } catch (error) {
    child.kill("SIGKILL");
    await ended;
    throw error;
  }
}

async function servingUrl(
  child: ChildProcess,
  ended: Promise<EmbeddedProcessEnd>,
  program: EmbeddedProgram,
): Promise<string> {
  const giveUp = new AbortController();
  const timeout = setTimeout(() => giveUp.abort(), program.startTimeoutMs);
  const first = once(child, "message", { signal: giveUp.signal })
    .then(([message]) => ChildMessageSchema.parse(message))
    .catch(() => ({ kind: "silent" as const }));
  const answer = await Promise.race([
    first,
    ended.then((end) => ({ kind: "ended" as const, end })),
  ]);
  clearTimeout(timeout);
  switch (answer.kind) {
    case "serving":
      return answer.url;
    case "refused":
      throw new EmbeddedProcessError(program.title, answer.reason, []);
    case "silent":
      throw new EmbeddedProcessError(
        program.title,
        `it was not ready after ${program.startTimeoutMs / 1000} s`,
        [],
      );
    case "ended": {
      const { exitCode, signal, lastLines } = answer.end;
      throw new EmbeddedProcessError(
        program.title,
        signal === null ? `it ended with exit code ${exitCode}` : `${signal} ended it`,
        lastLines,
      );
    }
  }
}

async function endOf(
  child: ChildProcess,
  lastLines: () => readonly string[],
): Promise<EmbeddedProcessEnd> {
  await Promise.race([once(child, "close"), once(child, "error")]).catch(() => {});
  return { exitCode: child.exitCode, signal: child.signalCode, lastLines: lastLines() };
}

/** Reads the child's output so that its pipes never fill, and keeps the end of it. */
function keepLastLines(child: ChildProcess): () => readonly string[] {
  let text = "";
  const keep = (stream: Readable | null) =>
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text = (text + chunk).slice(-8_000);
    });
  keep(child.stdout);
  keep(child.stderr);
  return () =>
    text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .slice(-keptLines);
}
