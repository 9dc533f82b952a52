import { createInterface } from "node:readline/promises";
import { errorText, printError, UsageError } from "../../output/errors.ts";

/** Lines that are kept, and can be had again with the arrow keys, while the shell runs. */
const historySize = 1_000;

const help = `A statement ends with ; and may have several lines.
.tables          what there is to ask
.schema [TABLE]  a table's columns (search_rows unless named)
.help            this
.exit            leave (Ctrl-D too); Ctrl-C drops the statement`;

/** Reads statements from the terminal until it is left; a wrong one is said and forgotten. */
export async function runShell(
  ask: (statement: string, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const input = createInterface({
    input: process.stdin,
    output: process.stderr,
    historySize,
    removeHistoryDuplicates: true,
  });
  let asking = new AbortController();
  let gathered = "";
  input.on("SIGINT", () => {
    asking.abort(new Error("ended by Ctrl-C"));
    gathered = "";
    input.write(null, { ctrl: true, name: "u" });
    input.setPrompt(firstPrompt);
    process.stderr.write("\n");
    input.prompt();
  });
  process.stderr.write("Ask in SQL; .help shows how.\n");
  input.setPrompt(firstPrompt);
  input.prompt();
  for await (const line of input) {
    gathered = gathered === "" ? line.trim() : `${gathered}\n${line}`;
    if (/^\.(exit|quit)$/.test(gathered)) break;
    const statement = statementOf(gathered);
    if (statement !== undefined) {
      gathered = "";
      asking = new AbortController();
      if (statement === "") process.stderr.write(`${help}\n`);
      else await ask(statement, asking.signal).catch(sayError);
    }
    input.setPrompt(gathered === "" ? firstPrompt : nextPrompt);
    input.prompt();
  }
  input.close();
}

/** The shell goes on. */
function sayError(error: unknown): void {
  const details = error instanceof UsageError ? error.details : [];
  printError(errorText(error), 1, details);
}

const firstPrompt = "sql> ";
const nextPrompt = "...> ";

/** Undefined: it goes on in the next line. Empty: help. */
function statementOf(text: string): string | undefined {
  const [command, name = "search_rows"] = text.split(/\s+/);
  switch (command) {
    case "":
      return undefined;
    case ".tables":
      return "show tables";
    case ".schema":
      return `describe "${name.replaceAll('"', '""')}"`;
    default:
      if (text.startsWith(".")) return "";
      return text.endsWith(";") ? text : undefined;
  }
}
