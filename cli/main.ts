import { CommanderError } from "commander";
import { HomeError } from "../local/home/home-error.ts";
import { errorMessage } from "../shared/lib/error-message.ts";
import { proxyFault, sendThroughProxy } from "../shared/search-console/google-proxy.ts";
import { CommandError, printError, printErrorAsJson, UsageError } from "./output/errors.ts";
import { createProgram, withStageLast } from "./program.ts";

endWithLauncher();
// Whether this machine has an identity at Google: its firmware says so at once. By default the
// library asks the network, for seconds, and prints warnings of its own when nobody answers.
process.env.METADATA_SERVER_DETECTION ??= "bios-only";
process.exitCode = await run(process.argv);

async function run(argv: readonly string[]): Promise<number> {
  try {
    const fault = proxyFault(process.env);
    if (fault !== undefined) throw new UsageError(fault);
    sendThroughProxy(process.env);
    const words = withStageLast(argv.slice(2));
    const program = await createProgram(words);
    await program.parseAsync([...words], { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  const line = errorMessage(error);
  if (error instanceof CommanderError) {
    // Commander has printed its line itself; help and version are no error.
    if (error.exitCode === 0) return 0;
    printErrorAsJson(line.replace(/^error: /, ""), 2);
    return 2;
  }
  const exitCode = error instanceof UsageError ? 2 : 1;
  printError(line, exitCode, error instanceof UsageError ? error.details : []);
  if (exitCode === 2) return exitCode;
  const expected = error instanceof CommandError || error instanceof HomeError;
  if (!expected && process.env.GSC_SYNC_DEBUG && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  return 1;
}

/** Started by the launcher on an older Node: this process ends when the launcher does. */
function endWithLauncher(): void {
  if (process.env.GSC_SYNC_LAUNCHED === undefined) return;
  delete process.env.GSC_SYNC_LAUNCHED;
  process.on("disconnect", () => process.exit(1));
  process.channel?.unref();
}
