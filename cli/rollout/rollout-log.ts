import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Option } from "commander";
import { errorMessage } from "../../shared/lib/error-message.ts";
import { CommandError } from "../output/errors.ts";

/** Where gates and drills write down what they found, unless an option names another. */
const rolloutLog = "output/rollout_log.md";

export const logOption = () =>
  new Option("--log <file>", "append the result to this file").default(rolloutLog);

const heading = `# Rollout log

What gates decided and drills measured, oldest first. Times are UTC.
`;

/** Appends an entry; a new file gets a heading. @throws CommandError */
export async function appendToRolloutLog(file: string, entry: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, heading, { flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    await appendFile(file, `\n${entry.trimEnd()}\n`);
  } catch (cause) {
    throw new CommandError(`the result cannot be written to ${file}: ${errorMessage(cause)}`, {
      cause,
    });
  }
}
