import type { RunSummary } from "../../shared/ledger/run-summary.ts";
import { errorMessage } from "../../shared/lib/error-message.ts";
import { printable } from "../../shared/lib/printable.ts";

/** The user typed something that cannot be done: exit code 2, one line, nothing is started. */
export class UsageError extends Error {
  readonly code = "USAGE";
  /** Lines that show where in the input the fault lies. */
  readonly details: readonly string[];

  constructor(message: string, details: readonly string[] = []) {
    super(message);
    this.name = "UsageError";
    this.details = details;
  }
}

/** A server, the network, the disk or a run refused: exit code 1, one line. */
export class CommandError extends Error {
  readonly code = "COMMAND";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CommandError";
  }
}

/** The message of an error, in one line. */
export function errorText(error: unknown): string {
  return errorMessage(error).replace(/\s+/g, " ");
}

/** Prints why a command ends: one line on stderr, and with `--json` one object on stdout too. */
export function printError(text: string, exitCode: 1 | 2, details: readonly string[] = []): void {
  const line = printable(text);
  process.stderr.write([`gsc-sync: ${line}`, ...details.map(printable), ""].join("\n"));
  printErrorAsJson(line, exitCode);
}

/** Prints the JSON object alone, when the line is on stderr already. */
export function printErrorAsJson(error: string, exitCode: 1 | 2): void {
  if (!process.argv.includes("--json")) return;
  process.stdout.write(`${JSON.stringify({ error: printable(error), exitCode })}\n`);
}

/** 0: the run is complete. 1: it failed, was halted, or some units failed. */
export function exitCodeOf(summary: RunSummary): 0 | 1 {
  return summary.status === "complete" ? 0 : 1;
}
