import { createInterface } from "node:readline/promises";
import { UsageError } from "./usage-error.ts";

/**
 * Asks before something is changed that cannot be taken back. Without a terminal nobody can
 * answer, so `--yes` has to say it beforehand.
 */
export async function confirm(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) {
    throw new UsageError(`${question} There is no terminal to ask on: say so with --yes`);
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question(`${question} [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}
