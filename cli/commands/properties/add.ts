import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Command } from "commander";
import { resourceNames } from "../../../shared/config/names.ts";
import { errorMessage } from "../../../shared/lib/error-message.ts";
import { createAccountSigners } from "../../../shared/registry/account-signers.ts";
import { withSettings } from "../../../shared/registry/property.ts";
import type { Registry } from "../../../shared/registry/registry.ts";
import {
  credentialFilesOf,
  parseRegistryEntries,
  type RegistryEntries,
} from "../../../shared/registry/registry-entries.ts";
import { defaultAccountId } from "../../../shared/request/account.ts";
import { accountAuthorizer } from "../../../shared/search-console/google-account.ts";
import { openCredentialFile } from "../../../shared/search-console/google-credential-file.ts";
import { definitionsOf } from "../../options/configured-reports.ts";
import { homeOnly, jsonOption, reportFault, stageOption } from "../../options/options.ts";
import { givenProperty, withPropertyArgument } from "../../options/property-argument.ts";
import { UsageError } from "../../output/errors.ts";
import { registryJson, registryText } from "../../output/views/registry-view.ts";
import { withStage } from "../../stage/with-stage.ts";

type AddOptions = {
  readonly stage: string;
  readonly siteUrl?: string;
  readonly accountId?: string;
  readonly credentials?: string;
  readonly credentialsVariable?: string;
  readonly report?: readonly string[];
  readonly qpm?: string;
  readonly concurrency?: string;
  readonly from?: string;
  readonly json: boolean;
};

/**
 * `gsc-sync properties add`: registers a property, or changes the named settings of a registered
 * one.
 */
export function addPropertyCommand(): Command {
  return withPropertyArgument(new Command("add"))
    .description("register a property, or change what is named here of one that is registered")
    .option("--account-id <account>", "the account that it is read with")
    .option("--credentials <file>", "the account's credential file (a key, or a sign-in)")
    .option("--credentials-variable <name>", "the environment variable that names that file")
    .option(
      "--report <id>",
      "a report; may be given several times",
      (id: string, earlier?: string[]) => [...(earlier ?? []), id],
    )
    .option("--qpm <n>", "requests a minute, exactly")
    .option("--concurrency <n>", "workers of its runs, 1 to 5")
    .option("--from <file>", "register what a JSON file says: {accounts, properties}")
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (argument: string | undefined, options: AddOptions) => {
      refuseFilesOnStage(options);
      const input = await inputOf(argument, options);
      const absolute = (path: string) => resolve(path);
      const { entries, faults } = parseRegistryEntries(input, { absolute, reportFault });
      const files = credentialFilesOf(input, absolute);
      if (entries.accounts.length > 0) refuseFiles("accounts with credentials", options.stage);
      const all = [...faults, ...(await Promise.all(files.map(fileFault))).flat()];
      if (all.length > 0)
        throw new UsageError(all.map((fault) => fault.replace(/\.$/, "")).join("; "));
      await withStage(options, async ({ registry, deployed }, terminal) => {
        await refuseOthersCredentials(argument, options, registry);
        const added = await register(deployed === null ? entries : defined(entries), registry);
        const signers = createAccountSigners(registry, Date.now);
        for (const account of entries.accounts) {
          const { accountId } = account;
          await signers.learn(
            accountId,
            accountAuthorizer(account, (name) => process.env[name]).signer,
          );
        }
        terminal.result(registryText(added, terminal), registryJson(added));
      });
    });
}

/**
 * Functions in AWS cannot read this machine's files: there an account's credentials are a secret.
 */
function refuseFilesOnStage({ stage, credentials, credentialsVariable }: AddOptions): void {
  if (credentials !== undefined) refuseFiles("--credentials", stage);
  if (credentialsVariable !== undefined) refuseFiles("--credentials-variable", stage);
}

function refuseFiles(what: string, stage: string): void {
  homeOnly(
    what,
    stage,
    `put the file's content into the secret ${resourceNames(stage).accountSecrets}ID, or sign in with login --stage ${stage}`,
  );
}

/**
 * Without `--account-id`, credentials belong to the default account: refuses a property that is
 * read with another.
 */
async function refuseOthersCredentials(
  argument: string | undefined,
  options: AddOptions,
  registry: Registry,
): Promise<void> {
  const { accountId, credentials, credentialsVariable } = options;
  const siteUrl = givenProperty(argument, options);
  if (siteUrl === undefined || accountId !== undefined) return;
  if (credentials === undefined && credentialsVariable === undefined) return;
  const known = await registry.readProperty(siteUrl);
  if (known === undefined || known.accountId === defaultAccountId) return;
  throw new UsageError(
    `${siteUrl} is read with the account ${known.accountId}: say --account-id ${known.accountId} to change that account's credentials, or --account-id ${defaultAccountId} to read it with the default ones`,
  );
}

/**
 * Functions in AWS have no configuration file: its definitions of the reports are registered too.
 */
function defined({ accounts, properties }: RegistryEntries): RegistryEntries {
  const withDefinitions = properties.map(({ siteUrl, settings }) => {
    const { reports } = settings;
    if (reports === undefined) return { siteUrl, settings };
    const { definitions = [] } = definitionsOf(reports);
    return { siteUrl, settings: { ...settings, definitions } };
  });
  return { accounts, properties: withDefinitions };
}

async function register({ accounts, properties }: RegistryEntries, registry: Registry) {
  for (const account of accounts) await registry.changeAccount(account.accountId, () => account);
  const added = [];
  for (const { siteUrl, settings } of properties) {
    const property = await registry.changeProperty(siteUrl, (known) =>
      withSettings(siteUrl, known, settings, Date.now()),
    );
    if (property !== undefined) added.push(property);
  }
  return { properties: added, accounts };
}

/** The options in the form of a file's content, so that the same rules check both. */
async function inputOf(argument: string | undefined, options: AddOptions): Promise<unknown> {
  const siteUrl = givenProperty(argument, options);
  if (options.from !== undefined) {
    if (siteUrl !== undefined) throw new UsageError("give either a property or --from, not both");
    return readEntries(options.from);
  }
  const { credentials, credentialsVariable, accountId } = options;
  if (credentials !== undefined && credentialsVariable !== undefined) {
    throw new UsageError("give either --credentials or --credentials-variable");
  }
  const source =
    credentials !== undefined
      ? { file: credentials }
      : credentialsVariable !== undefined
        ? { variable: credentialsVariable }
        : undefined;
  if (siteUrl === undefined && source === undefined) {
    throw new UsageError("say which property: --site-url sc-domain:example.com");
  }
  const property = {
    siteUrl,
    ...(accountId === undefined ? {} : { accountId }),
    ...(options.report === undefined ? {} : { reports: options.report }),
    ...(options.qpm === undefined ? {} : { qpm: Number(options.qpm) }),
    ...(options.concurrency === undefined ? {} : { concurrency: Number(options.concurrency) }),
  };
  return {
    ...(source === undefined ? {} : { accounts: { [accountId ?? defaultAccountId]: source } }),
    properties: siteUrl === undefined ? [] : [property],
  };
}

async function readEntries(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    const reason = error instanceof SyntaxError ? "it is not JSON" : String(error);
    throw new UsageError(`--from ${file} cannot be read: ${reason}`);
  }
}

/** Finds a credential file that cannot give a token now, not during the nightly sync. */
async function fileFault(path: string): Promise<readonly string[]> {
  try {
    await openCredentialFile(path);
    return [];
  } catch (error) {
    return [errorMessage(error)];
  }
}
