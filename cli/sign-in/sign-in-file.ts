import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { writeFileWhole } from "../../local/home/write-file-whole.ts";
import type { SignIn } from "../../shared/search-console/google-sign-in.ts";
import { CommandError } from "../output/errors.ts";

/**
 * Where an account's sign-in is kept: with the person's configuration, so that neither a clone nor
 * a home that is copied or deleted takes it along.
 */
export function signInFile(
  accountId: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const configuration = environment.XDG_CONFIG_HOME || join(homedir(), ".config");
  return join(configuration, "gsc-sync", "accounts", `${accountId}.json`);
}

/** Readable by its owner alone. */
export async function writeSignIn(file: string, signIn: SignIn): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFileWhole(file, `${JSON.stringify(signIn, null, 2)}\n`);
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? error.code : "it failed";
    throw new CommandError(`the sign-in cannot be written to ${file} (${reason})`);
  }
}
