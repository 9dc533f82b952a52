import { createInterface } from "node:readline/promises";
import { UsageError } from "./errors.ts";

/**
 * Asks before something shared is changed. Returns true for a yes, or when `--yes` was given.
 * @throws UsageError without a terminal and without `--yes`
 */
export async function mayChange(
  question: string,
  options: { readonly yes: boolean },
): Promise<boolean> {
  requireAnswerable(options);
  if (options.yes) return true;
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await asking.question(`${question} [y/N] `)).trim());
  } finally {
    asking.close();
  }
}

/** Checks, before anything is opened, that the question can be answered. @throws UsageError */
export function requireAnswerable(options: { readonly yes: boolean }): void {
  if (options.yes || (process.stdin.isTTY && process.stderr.isTTY)) return;
  throw new UsageError("this changes what others use: without a terminal to ask on, add --yes");
}
