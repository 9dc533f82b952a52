import { type ChildProcess, fork } from "node:child_process";
import { on } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compact } from "../../lib/compact.ts";
import { type SqlAnswer, SqlError, type SqlFile, type SqlStore } from "../sql-store.ts";
import { moreMessage, type SqlMessage, type SqlQuestion } from "./sql-messages.ts";

/** A statement that takes longer is ended. */
const timeoutMs = 15 * 60_000;

/** SQL on a lake: each question has a process of its own, which can do nothing but answer it. */
export function duckdbSqlStore(
  folder: string,
  siteUrl?: string,
  options: { readonly timeoutMs?: number } = {},
): SqlStore {
  async function question(query: string, file?: "csv" | "parquet", signal?: AbortSignal) {
    signal?.throwIfAborted();
    const workFolder = await mkdtemp(join(tmpdir(), "gsc-sync-sql-"));
    const asked = compact({ folder, query, siteUrl, workFolder, file });
    return startQuestion(asked, options.timeoutMs ?? timeoutMs, signal);
  }

  return {
    async ask(query, signal) {
      const process = await question(query, undefined, signal);
      try {
        const first = await process.next();
        if (first.kind !== "columns") throw new Error(`it answered ${first.kind} first`);
        return { columns: first.columns, rows: rowsOf(process) };
      } catch (error) {
        await process.end();
        throw error;
      }
    },
    async askFile(query, format, signal) {
      const process = await question(query, format, signal);
      try {
        const answer = await process.next();
        if (answer.kind !== "file") throw new Error(`it answered ${answer.kind} first`);
        const { path, rows } = answer;
        return { path, rows, [Symbol.asyncDispose]: process.end } satisfies SqlFile;
      } catch (error) {
        await process.end();
        throw error;
      }
    },
  };
}

type QuestionProcess = {
  /** @throws SqlError */
  next(): Promise<Exclude<SqlMessage, { kind: "fault" }>>;
  more(): void;
  end(): Promise<void>;
};

async function* rowsOf(process: QuestionProcess): SqlAnswer["rows"] {
  try {
    for (let answer = await process.next(); answer.kind === "rows"; answer = await process.next()) {
      yield* answer.rows;
      process.more();
    }
  } finally {
    await process.end();
  }
}

function startQuestion(
  asked: SqlQuestion,
  limitMs: number,
  signal: AbortSignal | undefined,
): QuestionProcess {
  const child = fork(new URL("./duckdb-sql-process.ts", import.meta.url), [], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    execArgv: ["--max-old-space-size=128"],
    serialization: "advanced",
    // No variable of ours is its business, and times are said in UTC.
    env: { TZ: "UTC" },
  });
  const lastWords = textOf(child);
  const giveUp = AbortSignal.timeout(limitMs);
  const either = signal === undefined ? giveUp : AbortSignal.any([signal, giveUp]);
  const messages = on(child, "message", { close: ["close", "error"], signal: either });
  const closed = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  child.send(asked, () => {});
  return {
    async next() {
      const { value, done } = await messages.next().catch((error: unknown) => {
        if (signal?.aborted) throw signal.reason;
        if (!giveUp.aborted) throw error;
        throw new SqlError(
          "store",
          `it took longer than ${limitMs / 60_000} minutes and was ended`,
        );
      });
      if (done) throw new SqlError("store", `the process that asked it ended: ${lastWords()}`);
      const message: SqlMessage = value[0];
      if (message.kind === "fault") throw new SqlError(message.code, message.message);
      return message;
    },
    more: () => void (child.connected && child.send(moreMessage, () => {})),
    async end() {
      child.kill("SIGKILL");
      await closed;
      await rm(asked.workFolder, { recursive: true, force: true });
    },
  };
}

/** What it printed last: why it died. */
function textOf(child: ChildProcess): () => string {
  let text = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    text = (text + chunk).slice(-2_000);
  });
  return () => text.trim().split("\n").at(-1) ?? "it said nothing";
}
