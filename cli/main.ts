import { CommanderError } from "commander";
import { HomeError } from "../local/home-error.ts";
import { CommandError } from "./command-error.ts";
import { createProgram } from "./program.ts";
import { UsageError } from "./usage-error.ts";

endWithLauncher();
process.exitCode = await run(process.argv);

async function run(argv: readonly string[]): Promise<number> {
  try {
    const program = await createProgram(argv.slice(2));
    await program.parseAsync([...argv]);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // Commander has printed its line itself; help and version are no error.
    return error.exitCode === 0 ? 0 : 2;
  }
  const line = error instanceof Error ? error.message : String(error);
  process.stderr.write(`gsc-sync: ${line}\n`);
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
