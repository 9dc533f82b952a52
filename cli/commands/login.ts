import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { writeFileWhole } from "../../local/home/write-file-whole.ts";
import { type Account, AccountSchema, defaultAccountId } from "../../shared/request/account.ts";
import {
  beginSignIn,
  type OAuthClient,
  parseOAuthClient,
  type SignIn,
} from "../../shared/search-console/google-sign-in.ts";
import { SearchConsoleError } from "../../shared/search-console/search-console-error.ts";
import { jsonOption, localStage, stageOption, wholeNumber } from "../options/options.ts";
import { CommandError, UsageError } from "../output/errors.ts";
import type { Terminal } from "../output/terminal.ts";
import { openRedirect } from "../sign-in/loopback-sign-in.ts";
import type { OpenStage } from "../stage/stage.ts";
import { withStage } from "../stage/with-stage.ts";

type LoginOptions = {
  readonly stage: string;
  readonly accountId: string;
  readonly client: string;
  readonly open: boolean;
  readonly waitMinutes: number;
  readonly json: boolean;
};

/** `gsc-sync login`: a person's consent becomes an account's credentials. */
export function loginCommand(): Command {
  return new Command("login")
    .description("sign in to Google in a browser; the account then reads what you may read")
    .requiredOption("--client <file>", "the OAuth client (desktop app) as downloaded from Google")
    .option("--account-id <account>", "the account that it is for", defaultAccountId)
    .option("--open", "open the browser; otherwise the address is printed only", false)
    .option(
      "--wait-minutes <n>",
      "how long to wait for the consent",
      wholeNumber("--wait-minutes", 1, 60),
      5,
    )
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (options: LoginOptions) => {
      const { accountId } = options;
      const id = AccountSchema.shape.accountId.safeParse(accountId);
      if (!id.success) throw new UsageError(`--account-id ${accountId}: ${accountIdRule}`);
      const client = await readClient(options.client);
      await withStage(options, async (stage, terminal) => {
        const signIn = await signInThrough(client, options, terminal);
        const kept = await keepSignIn(stage, accountId, signIn);
        const where = options.stage === localStage ? "" : `--stage ${options.stage} `;
        terminal.result(
          `Account ${accountId} is signed in: ${kept.place}\nNext: gsc-sync ${where}properties add --site-url sc-domain:example.com --account-id ${accountId}`,
          kept.json,
        );
      });
    });
}

/**
 * Stores the sign-in: in AWS in the stage's secret; on this machine in a file that the registry
 * names.
 */
async function keepSignIn({ registry, deployed }: OpenStage, accountId: string, signIn: SignIn) {
  if (deployed !== null) {
    const secret = `${deployed.secrets.prefix}${accountId}`;
    await deployed.secrets.write(secret, JSON.stringify(signIn));
    return { place: `the secret ${secret}`, json: { accountId, secret } };
  }
  const path = signInFile(accountId, process.env);
  await writeSignIn(path, signIn);
  const account: Account = { accountId, credentials: { kind: "file", path } };
  await registry.changeAccount(accountId, () => account);
  return { place: path, json: account };
}

/**
 * The file of an account's sign-in. It is in the person's configuration folder, so that copying or
 * deleting a clone or a home does not copy or delete it.
 */
function signInFile(
  accountId: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const configuration = environment.XDG_CONFIG_HOME || join(homedir(), ".config");
  return join(configuration, "gsc-sync", "accounts", `${accountId}.json`);
}

/** Writes a file that only its owner can read. @throws CommandError */
async function writeSignIn(file: string, signIn: SignIn): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFileWhole(file, `${JSON.stringify(signIn, null, 2)}\n`);
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? error.code : "it failed";
    throw new CommandError(`the sign-in cannot be written to ${file} (${reason})`);
  }
}

const accountIdRule = "an account id has letters, digits and . _ @ - only, 64 at most";

async function readClient(path: string): Promise<OAuthClient> {
  try {
    return parseOAuthClient(await readFile(path, "utf8"), path);
  } catch (error) {
    if (error instanceof SearchConsoleError) throw new UsageError(error.message);
    const reason = error instanceof Error && "code" in error ? error.code : "it failed";
    throw new UsageError(`--client ${path} cannot be read (${reason})`);
  }
}

async function signInThrough(
  client: OAuthClient,
  options: LoginOptions,
  terminal: Terminal,
): Promise<SignIn> {
  const state = randomBytes(24).toString("base64url");
  const redirect = await openRedirect(state);
  const timeUp = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => timeUp.reject(new CommandError(`nobody signed in within ${options.waitMinutes} minutes`)),
    options.waitMinutes * 60_000,
  );
  try {
    const { url, exchange } = await beginSignIn(client, { redirectUri: redirect.uri, state });
    terminal.notice(`Open this address in a browser on this machine and allow access:\n\n${url}\n`);
    if (options.open) openBrowser(url, terminal);
    return await exchange(await Promise.race([redirect.code, timeUp.promise]));
  } catch (error) {
    if (error instanceof SearchConsoleError) throw new CommandError(error.message);
    throw error;
  } finally {
    clearTimeout(timer);
    redirect.close();
  }
}

function openBrowser(url: string, terminal: Terminal): void {
  const program = process.platform === "darwin" ? "open" : "xdg-open";
  const browser = spawn(program, [url], { stdio: "ignore", detached: true });
  browser.on("error", () => terminal.notice(`${program} is not there: open the address yourself`));
  browser.unref();
}
