import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { SqlStore } from "../../../shared/rows/sql-store.ts";
import { csvLine } from "../../output/csv-line.ts";
import { UsageError } from "../../output/errors.ts";
import { createLineWriter } from "../../output/line-writer.ts";
import type { Terminal } from "../../output/terminal.ts";
import { table } from "../../output/views/table.ts";

export const sqlFormats = ["table", "csv", "json", "jsonl", "parquet"] as const;
export type SqlFormat = (typeof sqlFormats)[number];

/** Nobody reads more of a table, and its columns are as wide as the widest cell. */
const mostShown = 1_000;

/** One JSON object is held in memory, here and by its reader. */
const mostJson = 100_000;

/** Asks, and prints the answer as it comes. @throws SqlError, UsageError */
export async function writeAnswer(
  store: SqlStore,
  query: string,
  format: SqlFormat,
  terminal: Terminal,
  signal?: AbortSignal,
): Promise<void> {
  switch (format) {
    case "table":
      return writeTable(store, query, terminal, signal);
    case "json":
      return writeJson(store, query, terminal, signal);
    case "jsonl":
      return writeLines(store, query, (names) => ({ line: jsonLine(names) }), signal);
    case "csv":
      if (store.askFile !== undefined) return writeFile(store, query, "csv", signal);
      return writeLines(
        store,
        query,
        (names) => ({ header: csvLine(names), line: csvLine }),
        signal,
      );
    case "parquet":
      return writeFile(store, query, "parquet", signal);
    default:
      return format satisfies never;
  }
}

async function writeTable(
  store: SqlStore,
  query: string,
  terminal: Terminal,
  signal: AbortSignal | undefined,
): Promise<void> {
  const answer = await store.ask(query, signal);
  const names = answer.columns.map(({ name }) => name);
  const rows: (readonly unknown[])[] = [];
  let more = false;
  for await (const row of answer.rows) {
    more = rows.length === mostShown;
    if (more) break;
    rows.push(row);
  }
  terminal.result(table(names, rows, terminal), null);
  if (more) terminal.notice("there are more rows: add LIMIT, or --format jsonl to get all of them");
}

async function writeJson(
  store: SqlStore,
  query: string,
  terminal: Terminal,
  signal: AbortSignal | undefined,
): Promise<void> {
  const answer = await store.ask(query, signal);
  const columns = answer.columns.map(({ name }) => name);
  const rows: object[] = [];
  for await (const row of answer.rows) {
    if (rows.length === mostJson) {
      throw new UsageError(
        "the answer has more than 100,000 rows, too many for one JSON object: use --format jsonl",
      );
    }
    rows.push(objectOf(columns, row));
  }
  terminal.result("", { columns, rows });
}

type Lines = { readonly header?: string; readonly line: (row: readonly unknown[]) => string };

async function writeLines(
  store: SqlStore,
  query: string,
  linesOf: (names: readonly string[]) => Lines,
  signal: AbortSignal | undefined,
): Promise<void> {
  const answer = await store.ask(query, signal);
  const { header, line } = linesOf(answer.columns.map(({ name }) => name));
  const write = createLineWriter(process.stdout);
  if (header !== undefined) await write.line(header);
  for await (const row of answer.rows) {
    if (write.closed()) break;
    await write.line(line(row));
  }
  await write.flush();
}

function jsonLine(names: readonly string[]): Lines["line"] {
  return (row) => JSON.stringify(objectOf(names, row));
}

function objectOf(names: readonly string[], row: readonly unknown[]): object {
  return Object.fromEntries(names.map((name, index) => [name, row[index]]));
}

async function writeFile(
  store: SqlStore,
  query: string,
  format: "csv" | "parquet",
  signal: AbortSignal | undefined,
): Promise<void> {
  if (store.askFile === undefined) {
    throw new UsageError("--format parquet is for a lake: here, use csv or jsonl");
  }
  if (format === "parquet" && process.stdout.isTTY) {
    throw new UsageError("--format parquet is not for a terminal: add > answer.parquet");
  }
  await using file = await store.askFile(query, format, signal);
  try {
    await pipeline(createReadStream(file.path), process.stdout, { end: false });
  } catch (error) {
    // Nobody reads any more (`| head`).
    if (!(error instanceof Error && "code" in error && error.code === "EPIPE")) throw error;
  }
}
