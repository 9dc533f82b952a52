import { Option } from "commander";
import { stageNames } from "../../shared/config/names.ts";
import { AccountSchema } from "../../shared/request/account.ts";
import { lastDays, rangeFaults } from "../../shared/request/date-range.ts";
import { findReport, reportIds } from "../../shared/request/find-report.ts";
import { type PacificDate, parsePacificDate } from "../../shared/request/pacific-date.ts";
import { readSiteUrl } from "../../shared/request/site-url.ts";
import { UsageError } from "../output/errors.ts";
import { configuredReports } from "./configured-reports.ts";

/** Options that several commands share. A wrong value is one clear line. */
export const jsonOption = () =>
  new Option("--json", "print one JSON object as the last line of stdout").default(false);

/** This machine's own stage. */
export const localStage = "local";

const stages = [localStage, ...stageNames] as const;
export type KnownStage = (typeof stages)[number];

export const stageOption = () =>
  new Option("--stage <stage>", `where: ${stages.join(", ")}`)
    .argParser(knownStage)
    .default(localStage);

/** @throws UsageError */
export function knownStage(text: string): KnownStage {
  const known = stages.find((stage) => stage === text);
  if (known !== undefined) return known;
  throw new UsageError(`--stage ${text || '""'}: there is ${stages.join(", ")}`);
}

/** For a command that works on this machine only. It names the reason when a stage is given. */
export const homeStageOption = (command: string) =>
  new Option("--stage <stage>")
    .argParser((text: string) => {
      homeOnly(command, knownStage(text));
      return text;
    })
    .hideHelp();

/** @throws UsageError where an option is of no use on a stage in AWS */
export function homeOnly(option: string, stage: string, instead = "leave --stage out"): void {
  if (stage === localStage) return;
  throw new UsageError(
    `${option} is for this machine alone, not for the stage ${stage}: ${instead}`,
  );
}

export const detachOption = () =>
  new Option("--detach", "on a stage in AWS: start it, and do not wait for its end").default(false);

/** @throws UsageError when options for one kind of stage are given with the other */
export function refuseHomeOnly(options: {
  readonly stage: string;
  readonly onComplete?: string | undefined;
  readonly detach?: boolean;
}): void {
  const { stage, onComplete, detach } = options;
  if (onComplete !== undefined) {
    homeOnly("--on-complete", stage, `put a rule on the event bus gsc-sync-${stage}-events`);
  }
  if (detach && stage === localStage) {
    throw new UsageError(
      "--detach is for a stage in AWS: a home's servers end with the command that started them",
    );
  }
}

export const onCompleteOption = () =>
  new Option(
    "--on-complete <command>",
    "run it through the shell for each unit and run that ends, the event's JSON on its stdin",
  ).argParser((command: string) => {
    if (command.trim() !== "") return command;
    throw new UsageError("--on-complete is empty: name a command that reads an event on its stdin");
  });

export const siteUrlOption = () =>
  new Option(
    "--site-url <property>",
    "the property: sc-domain:example.com or https://example.com/",
  ).argParser(siteUrl);

/** `--site-url` of what is stored already: as typed, for `storedSpelling`. */
export const storedSiteUrlOption = () =>
  siteUrlOption()
    .argParser((text: string) => {
      siteUrl(text);
      return text;
    })
    .makeOptionMandatory();

export const reportOption = () =>
  new Option(
    "--report <id>",
    `a report; may be given several times (those of the configuration, and ${reportIds().join(", ")})`,
  ).argParser((id: string, earlier: readonly string[] | undefined) => [
    ...(earlier ?? []),
    reportId(id),
  ]);

export function siteUrl(text: string): string {
  const { siteUrl, fault } = readSiteUrl(text);
  if (siteUrl !== undefined) return siteUrl;
  throw new UsageError(`--site-url ${fault}`);
}

/** @throws UsageError */
export function accountId(id: string): string {
  const parsed = AccountSchema.shape.accountId.safeParse(id);
  if (parsed.success) return id;
  throw new UsageError(`--account-id ${id || '""'}: ${parsed.error.issues[0]?.message}`);
}

export function reportId(id: string): string {
  const fault = reportFault(id);
  if (fault === undefined) return id;
  throw new UsageError(fault);
}

/** Why no report has that id, the configuration's included; undefined when one has. */
export function reportFault(id: string): string | undefined {
  const configured = configuredReports();
  if (findReport(id, configured) !== undefined) return undefined;
  return `there is no report ${id}: there is ${reportIds(configured).join(", ")}`;
}

export function pacificDate(flag: string): (text: string) => PacificDate {
  return (text) => {
    const date = parsePacificDate(text);
    if (date !== undefined) return date;
    throw new UsageError(`${flag} ${text || '""'} is not a date: write it like 2026-03-31`);
  };
}

export function wholeNumber(flag: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new UsageError(`${flag} ${text || '""'} is not a whole number from ${least} to ${most}`);
  };
}

/** A value to set, or `default` to remove what was set. */
export type Settable = number | "default";

export function wholeNumberOrDefault(
  flag: string,
  least: number,
  most: number,
): (text: string) => Settable {
  const number = wholeNumber(flag, least, most);
  return (text) => (text === "default" ? text : number(text));
}

export type DateRange = { readonly from: PacificDate; readonly to: PacificDate };

/**
 * The range of `--days N` or `--from D --to D`, checked against the days that Search Console keeps.
 */
export function dateRange(
  options: {
    readonly days?: number | undefined;
    readonly from?: PacificDate | undefined;
    readonly to?: PacificDate | undefined;
  },
  nowMs: number,
): DateRange {
  const { days, from, to } = options;
  if (days !== undefined && (from !== undefined || to !== undefined)) {
    throw new UsageError("give either --days, or --from and --to");
  }
  const range =
    days !== undefined
      ? lastDays(days, nowMs)
      : from !== undefined && to !== undefined
        ? { from, to }
        : undefined;
  if (range === undefined) throw new UsageError("say which days: --days N, or --from D --to D");
  const [fault] = rangeFaults(range.from, range.to, nowMs);
  if (fault !== undefined) throw new UsageError(fault);
  return range;
}

/** A range to read from the store: any days, in order. */
export function storedRange(options: {
  readonly from: PacificDate;
  readonly to: PacificDate;
}): DateRange {
  if (options.from > options.to) {
    throw new UsageError(`the range ends (${options.to}) before it begins (${options.from})`);
  }
  return { from: options.from, to: options.to };
}
