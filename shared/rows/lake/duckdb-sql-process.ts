import { once } from "node:events";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import * as z from "zod";
import { parseJson } from "../../lib/parse-json.ts";
import { SqlError } from "../sql-store.ts";
import { plainValue } from "./duckdb-values.ts";
import { makeViews, quotedText } from "./duckdb-views.ts";
import { lakeLayout } from "./lake-layout.ts";
import { type AdmittedSql, admitSql } from "./sql-admission.ts";
import {
  moreMessage,
  type SqlMessage,
  type SqlQuestion,
  SqlQuestionSchema,
} from "./sql-messages.ts";

/**
 * The process that asks a lake, for one question. It may read the lake and write to its work folder,
 * and nothing else: before the statement runs, DuckDB is locked, whatever the first wall let through.
 * The statement's memory is bounded: what does not fit goes to the work folder.
 */
const memoryLimit = "192MiB";

async function answer(question: SqlQuestion): Promise<void> {
  const layout = lakeLayout(question.folder);
  process.chdir(layout.rows);
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: memoryLimit,
    threads: "2",
    temp_directory: join(question.workFolder, "spill"),
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    preserve_insertion_order: "false",
  });
  const connection = await instance.connect();
  const admitted = await admit(connection, question.query);
  const sites = question.siteUrl === undefined ? admitted.sites : new Set([question.siteUrl]);
  await makeViews(connection, layout, { ...admitted, sites }, question.workFolder);
  await connection.run(
    `SET allowed_directories = [${[layout.rows, question.workFolder].map((folder) => quotedText(`${folder}/`)).join(", ")}]`,
  );
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
  if (question.file === undefined) await streamRows(connection, question.query);
  else {
    const path = join(question.workFolder, "answer");
    await copyToFile(connection, admitted.serialized, path, question.file);
  }
  await say({ kind: "end" });
}

/** What the statement is, by DuckDB's own parser. */
async function admit(
  connection: DuckDBConnection,
  query: string,
): Promise<AdmittedSql & { readonly serialized: string }> {
  const reader = await connection.runAndReadAll("SELECT json_serialize_sql($1::VARCHAR) AS tree", [
    query,
  ]);
  const serialized = String(reader.getRows()[0]?.[0]);
  const tree = parseJson(serialized);
  const fault = ParserErrorSchema.safeParse(tree).data;
  if (fault !== undefined) {
    const { error_message, position } = fault;
    throw new SqlError("statement", withPlace(`Parser Error: ${error_message}`, query, position));
  }
  return { ...admitSql(tree), serialized };
}

/** DuckDB's caret, for the parser's own errors, which come without. */
function withPlace(message: string, query: string, position: number): string {
  const before = query.slice(0, position);
  const line = before.split("\n").length;
  const column = position - (before.lastIndexOf("\n") + 1);
  const prefix = `LINE ${line}: `;
  return `${message}\n\n${prefix}${query.split("\n")[line - 1] ?? ""}\n${" ".repeat(prefix.length + column)}^`;
}

const ParserErrorSchema = z.object({
  error_type: z.literal("parser"),
  error_message: z.string(),
  position: z.coerce.number().default(0),
});

async function streamRows(connection: DuckDBConnection, query: string): Promise<void> {
  const result = await connection.stream(query);
  const types = result.columnTypes();
  const columns = result.columnNames().map((name, index) => ({
    name,
    type: String(types[index]).toLowerCase(),
  }));
  await say({ kind: "columns", columns });
  for await (const rows of result.yieldConvertedRows(plainValue)) {
    if (rows.length === 0) continue;
    const asked = once(process, "message");
    await say({ kind: "rows", rows });
    const [message] = await asked;
    if (message !== moreMessage) return;
  }
}

async function copyToFile(
  connection: DuckDBConnection,
  serialized: string,
  path: string,
  format: "csv" | "parquet",
): Promise<void> {
  // What DuckDB writes down of the tree that was vetted, instead of the text that it was read from.
  const written = await connection.runAndReadAll("SELECT json_deserialize_sql($1::JSON)", [
    serialized,
  ]);
  const text = String(written.getRows()[0]?.[0]).replace(/;\s*$/, "");
  const options = format === "csv" ? "FORMAT csv, HEADER" : "FORMAT parquet, COMPRESSION zstd";
  const reader = await connection.runAndReadAll(
    `COPY (\n${text}\n) TO ${quotedText(path)} (${options})`,
  );
  await say({ kind: "file", path, rows: Number(reader.getRows()[0]?.[0]) });
}

/** Resolves when the parent's end has it. */
function say(message: SqlMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, undefined, undefined, (error) => (error ? reject(error) : resolve()));
  });
}

/** Kinds of DuckDB's errors that lie in the statement. */
const statementErrors =
  /^(Parser|Binder|Catalog|Conversion|Invalid Input|Out of Range|Syntax|Constraint|Mismatch Type|Not implemented) Error/i;

function faultOf(error: unknown): SqlMessage {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof SqlError) return { kind: "fault", code: error.code, message };
  if (/^IO Error: (Cannot open file .*No such file|No files found)/s.test(message)) {
    const purged = "a purge deleted units while they were read: ask again";
    return { kind: "fault", code: "store", message: purged };
  }
  if (/^Permission Error/.test(message)) return { kind: "fault", code: "read-only", message };
  return { kind: "fault", code: statementErrors.test(message) ? "statement" : "store", message };
}

// It ends with its parent, however that ends.
process.once("disconnect", () => process.exit(0));
for (const signal of ["SIGINT", "SIGHUP"]) process.on(signal, () => {});
const [question] = await once(process, "message");
try {
  await answer(SqlQuestionSchema.parse(question));
} catch (error) {
  await say(faultOf(error));
}
process.exit(0);
