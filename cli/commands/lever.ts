import { Command } from "commander";
import type { SettingsChange } from "../../shared/ledger/settings.ts";
import {
  accountId,
  jsonOption,
  type Settable,
  siteUrlOption,
  stageOption,
  wholeNumberOrDefault,
} from "../options/options.ts";
import { mayChange, requireAnswerable } from "../output/confirm.ts";
import { UsageError } from "../output/errors.ts";
import { commandTerminal } from "../output/terminal.ts";
import { changeStageSettings } from "../stage/change-settings.ts";
import { effectiveSettings, leverText } from "../stage/effective-settings.ts";
import { leverAnnouncement } from "../stage/lever-announcement.ts";
import { openStage } from "../stage/open-stage.ts";

type LeverOptions = {
  readonly stage: string;
  readonly set?: Settable;
  readonly inFlight?: Settable;
  readonly queueSize?: Settable;
  readonly qpm?: Settable;
  readonly siteUrl?: string;
  readonly accountId?: string;
  readonly limit?: Settable;
  readonly yes: boolean;
  readonly json: boolean;
};

/** `gsc-sync lever`: shows or changes the run-time configuration, no deploy. */
export function leverCommand(): Command {
  return new Command("lever")
    .description("show or change how many workers, batches and requests a minute runs may use, now")
    .addHelpText("after", '\nEach value is a number, or "default" to forget what was set.')
    .option(
      "--set <n>",
      "workers at once, 0 to 5; 0 stops every run",
      wholeNumberOrDefault("--set", 0, 5),
    )
    .option(
      "--in-flight <n>",
      "batches of a run in flight",
      wholeNumberOrDefault("--in-flight", 1, 100),
    )
    .option(
      "--queue-size <n>",
      "batches of a run queued or in flight",
      wholeNumberOrDefault("--queue-size", 1, 10_000),
    )
    .option(
      "--qpm <n>",
      "requests a minute for each property and account, or for the one named",
      wholeNumberOrDefault("--qpm", 1, 1_200),
    )
    .addOption(siteUrlOption())
    .option("--account-id <account>", "the account that --qpm and --limit are for", accountId)
    .option(
      "--limit <n>",
      "what Google allows the property or account a minute",
      wholeNumberOrDefault("--limit", 1, 100_000),
    )
    .option("--yes", "change without asking", false)
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (options: LeverOptions) => {
      const change = changeOf(options);
      if (change !== null) requireAnswerable(options);
      const terminal = commandTerminal(options.json);
      const stage = await openStage(options.stage, terminal.notice);
      try {
        const before = await stage.ledger.readSettings();
        const question = `Change on ${options.stage}: ${wordsOf(options)}?`;
        if (change === null || !(await mayChange(question, options))) {
          if (change !== null) {
            terminal.notice("nothing is changed");
            process.exitCode = 1;
          }
          const figures = effectiveSettings(before);
          terminal.result(leverText(figures), figures);
          return;
        }
        const after = await changeStageSettings(stage, change);
        const figures = effectiveSettings(after);
        if (stage.deployed === null) {
          terminal.result(leverText(figures), figures);
        } else {
          const { dashboardUrl, caller } = stage.deployed;
          const announcement = leverAnnouncement({
            stage: options.stage,
            by: await caller().catch(() => "unknown"),
            before: effectiveSettings(before),
            after: figures,
            dashboardUrl,
          });
          terminal.result(`${leverText(figures)}\n\n${announcement}`, { ...figures, announcement });
        }
      } finally {
        await stage.close();
      }
    });
}

/** What the options change; null when they only show. @throws UsageError */
function changeOf(options: LeverOptions): SettingsChange | null {
  const { siteUrl, accountId } = options;
  const qpm = asChange(options.qpm);
  const limit = asChange(options.limit);
  const one = siteUrl ?? accountId;
  if (siteUrl !== undefined && accountId !== undefined) {
    throw new UsageError("give --site-url or --account-id, not both");
  }
  if (limit !== undefined && one === undefined) {
    throw new UsageError("--limit is for one property or account: say --site-url or --account-id");
  }
  if (one !== undefined && qpm === undefined && limit === undefined) {
    throw new UsageError("say what to set: --qpm N or --limit N");
  }
  const scope = { qpm, limit };
  const change: SettingsChange = {
    lever: asChange(options.set),
    inFlight: asChange(options.inFlight),
    queueSize: asChange(options.queueSize),
    qpm: one === undefined ? qpm : undefined,
    properties: siteUrl === undefined ? undefined : { [siteUrl]: scope },
    accounts: accountId === undefined ? undefined : { [accountId]: scope },
  };
  return Object.values(change).every((value) => value === undefined) ? null : change;
}

function wordsOf(options: LeverOptions): string {
  const whose = options.siteUrl ?? options.accountId;
  return [
    options.set === undefined ? "" : `lever ${word(options.set)}`,
    options.inFlight === undefined ? "" : `in flight ${word(options.inFlight)}`,
    options.queueSize === undefined ? "" : `queue ${word(options.queueSize)}`,
    options.qpm === undefined ? "" : `requests a minute ${word(options.qpm)}`,
    options.limit === undefined ? "" : `Google's limit ${word(options.limit)}`,
    whose === undefined ? "" : `for ${whose}`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}

function word(value: Settable): string {
  return value === "default" ? "back to its default" : `${value}`;
}

function asChange(given: Settable | undefined): number | null | undefined {
  return given === "default" ? null : given;
}
