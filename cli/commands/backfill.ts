import { Command } from "commander";
import { defaultInFlight, defaultQueueSize } from "../../shared/ledger/settings.ts";
import { defaultReportId } from "../../shared/request/find-report.ts";
import type { PacificDate } from "../../shared/request/pacific-date.ts";
import { InvalidRequestError, parseRunRequest } from "../../shared/request/parse-run-request.ts";
import type { RunRequest } from "../../shared/request/run-request.ts";
import { homeRootUrl, reachSearchConsole } from "../checks/server-reachable.ts";
import { definitionsOf } from "../options/configured-reports.ts";
import {
  accountId,
  dateRange,
  detachOption,
  jsonOption,
  localStage,
  onCompleteOption,
  pacificDate,
  refuseHomeOnly,
  reportOption,
  siteUrlOption,
  stageOption,
  wholeNumber,
} from "../options/options.ts";
import { exitCodeOf, UsageError } from "../output/errors.ts";
import { commandTerminal, type Terminal } from "../output/terminal.ts";
import { summaryText } from "../output/views/summary-view.ts";
import { checkReportDefinitions } from "../run/check-report-definitions.ts";
import { dryRun, dryRunText } from "../run/dry-run.ts";
import { followAndDeliver } from "../run/follow-and-deliver.ts";
import { newRunId } from "../run/run-id.ts";
import { refuseBusyProperty, refuseOtherServer, startRun } from "../run/start-run.ts";
import { waitForPlan } from "../run/wait-for-plan.ts";
import { openStage } from "../stage/open-stage.ts";
import type { OpenStage, StageTables } from "../stage/stage.ts";

type BackfillOptions = {
  readonly stage: string;
  readonly siteUrl: string;
  readonly accountId?: string;
  readonly days?: number;
  readonly from?: PacificDate;
  readonly to?: PacificDate;
  readonly report?: readonly string[];
  readonly concurrency?: number;
  readonly queueSize?: number;
  readonly inFlight?: number;
  readonly batchSize: number;
  readonly qpm?: number;
  readonly force: boolean;
  readonly keepAutoSync: boolean;
  readonly haltOnFailure: boolean;
  readonly dryRun: boolean;
  readonly detach: boolean;
  readonly onComplete?: string;
  readonly json: boolean;
};

/** `gsc-sync backfill`: one sync of a property over a range, followed to its end. */
export function backfillCommand(): Command {
  return new Command("backfill")
    .description("fetch a property's days into the store; complete and final ones are skipped")
    .addOption(stageOption())
    .addOption(siteUrlOption().makeOptionMandatory())
    .option(
      "--account-id <account>",
      "the account that reads it (default: as it is registered)",
      accountId,
    )
    .option("--days <n>", "the last N days whose data is final", wholeNumber("--days", 1, 500))
    .option("--from <date>", "first day, Pacific time, like 2026-01-31", pacificDate("--from"))
    .option("--to <date>", "last day, included", pacificDate("--to"))
    .addOption(reportOption())
    .option(
      "--concurrency <n>",
      "workers at once, 1 to 5 (default: as the property is registered, or 3)",
      wholeNumber("--concurrency", 1, 5),
    )
    .option(
      "--queue-size <n>",
      `most batches queued or in flight (default: as the lever is set, or ${defaultQueueSize})`,
      wholeNumber("--queue-size", 1, 10_000),
    )
    .option(
      "--in-flight <n>",
      `most batches in flight (default: as the lever is set, or ${defaultInFlight})`,
      wholeNumber("--in-flight", 1, 100),
    )
    .option("--batch-size <n>", "most units a batch", wholeNumber("--batch-size", 1, 500), 50)
    .option(
      "--qpm <n>",
      "requests a minute, exactly (default: as the property is registered)",
      wholeNumber("--qpm", 1, 1_200),
    )
    .option("--force", "fetch also what is complete and final", false)
    .option(
      "--keep-auto-sync",
      "let a nightly sync read the days outside the range meanwhile",
      false,
    )
    .option("--halt-on-failure", "halt at the first unit that fails, for a person to look", false)
    .option("--dry-run", "estimate the run, and send nothing", false)
    .addOption(detachOption())
    .addOption(onCompleteOption())
    .addOption(jsonOption())
    .action(async (options: BackfillOptions) => {
      const typed = backfillRequest(options, Date.now());
      refuseHomeOnly(options);
      const rootUrl = homeRootUrl(options.stage);
      if (!options.dryRun && options.stage === localStage) await reachSearchConsole(rootUrl);
      const terminal = commandTerminal(options.json);
      const stage = await openStage(options.stage, terminal.notice);
      try {
        await checkReportDefinitions(stage, typed);
        const request = await asRegistered(stage, typed, options);
        if (options.dryRun) {
          const estimate = await dryRun(request, stage, Date.now());
          terminal.result(dryRunText(estimate, terminal), estimate);
        } else if (options.detach) {
          const summary = await waitForPlan(stage, await start(stage, request));
          terminal.result(detachedText(summary.runId, options.stage), summary);
        } else {
          process.exitCode = await runToItsEnd(stage, request, terminal, options.onComplete);
        }
      } finally {
        await stage.close();
      }
    });
}

export async function runToItsEnd(
  stage: OpenStage,
  request: RunRequest,
  terminal: Terminal,
  onComplete?: string,
): Promise<number> {
  const started = await start(stage, request);
  const { summary, delivered } = await followAndDeliver(stage, started, terminal, {
    command: onComplete,
  });
  terminal.result(summaryText(summary, { colour: terminal.colour }), summary);
  return delivered ? exitCodeOf(summary) : 1;
}

async function start(stage: OpenStage, request: RunRequest) {
  refuseOtherServer(stage);
  await refuseBusyProperty(stage, request);
  return startRun(stage, newRunId(Date.now()), request);
}

function detachedText(runId: string, stage: string): string {
  return `Run ${runId} is started. Watch it: gsc-sync --stage ${stage} status ${runId} --watch`;
}

/** Takes what was not typed from the registered property. */
export async function asRegistered(
  { registry }: StageTables,
  request: RunRequest,
  typed: Pick<BackfillOptions, "accountId" | "qpm" | "concurrency">,
): Promise<RunRequest> {
  const property = await registry.readProperty(request.siteUrl);
  if (property === undefined) return request;
  return {
    ...request,
    accountId: typed.accountId ?? property.accountId,
    qpm: typed.qpm ?? property.qpm ?? undefined,
    concurrency: typed.concurrency ?? property.concurrency ?? request.concurrency,
  };
}

function backfillRequest(options: BackfillOptions, nowMs: number): RunRequest {
  const reports = [...new Set(options.report ?? [defaultReportId])];
  const { siteUrl, accountId, concurrency, batchSize, qpm } = options;
  const { force, keepAutoSync, haltOnFailure } = options;
  const request = {
    ...{ siteUrl, accountId, concurrency, batchSize, qpm, force, keepAutoSync, haltOnFailure },
    ...dateRange(options, nowMs),
    reports,
    ...definitionsOf(reports),
    maxQueueSize: options.queueSize,
    maxInFlight: options.inFlight,
  };
  try {
    return parseRunRequest(request, nowMs);
  } catch (error) {
    if (error instanceof InvalidRequestError) throw new UsageError(error.faults[0] ?? "");
    throw error;
  }
}
