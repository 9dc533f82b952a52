import { CommanderError } from "commander";
import { HomeError } from "../local/home-error.ts";
import { CommandError } from "./command-error.ts";
import { createProgram } from "./program.ts";
import { UsageError } from "./usage-error.ts";

endWithLauncher();
// Whether this machine has an identity at Google: its firmware says so at once. By default the
// library asks the network, for seconds, and prints warnings of its own when nobody answers.
process.env.METADATA_SERVER_DETECTION ??= "bios-only";
process.exitCode = await run(process.argv);

async function run(argv: readonly string[]): Promise<number> {
  try {
    const program = await createProgram(argv.slice(2));
    await program.parseAsync([...argv]);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const exitCode = report(error);
    // Whoever reads the last line as JSON reads it then too.
    if (argv.includes("--json")) {
      process.stdout.write(`${JSON.stringify({ error: lineOf(error), exitCode })}\n`);
    }
    return exitCode;
  }
}

function lineOf(error: unknown): string {
  const line = error instanceof Error ? error.message : String(error);
  return error instanceof CommanderError ? line.replace(/^error: /, "") : line;
}

/** One line on stderr, and the exit code. */
function report(error: unknown): 1 | 2 {
  // Commander has printed its line itself.
  if (error instanceof CommanderError) return 2;
  process.stderr.write(`gsc-sync: ${lineOf(error)}\n`);
  if (error instanceof UsageError) return 2;
  const expected = error instanceof CommandError || error instanceof HomeError;
  if (!expected && process.env.GSC_SYNC_DEBUG && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  return 1;
}

/** Started by the launcher on an older Node: its death is ours. */
function endWithLauncher(): void {
  if (process.env.GSC_SYNC_LAUNCHED === undefined) return;
  delete process.env.GSC_SYNC_LAUNCHED;
  process.on("disconnect", () => process.exit(1));
  process.channel?.unref();
}
