import { Command } from "commander";
import { defaultInFlight, defaultQueueSize } from "../../shared/ledger/settings.ts";
import { isEqual, speedupOf } from "../../shared/operations/rollout/rollout-figures.ts";
import { rolloutVerdicts } from "../../shared/operations/rollout/verdicts.ts";
import type { Registry } from "../../shared/registry/registry.ts";
import { defaultAccountId } from "../../shared/request/account.ts";
import { lastDays, rangeFaults } from "../../shared/request/date-range.ts";
import { parseRunRequest } from "../../shared/request/parse-run-request.ts";
import { homeRootUrl, reachSearchConsole } from "../checks/server-reachable.ts";
import {
  accountId,
  jsonOption,
  localStage,
  siteUrlOption,
  stageOption,
  wholeNumber,
} from "../options/options.ts";
import { mayChange, requireAnswerable } from "../output/confirm.ts";
import { UsageError } from "../output/errors.ts";
import { onInterrupt } from "../output/interrupt.ts";
import { openReportFiles } from "../rollout/report-files.ts";
import { rolloutText } from "../rollout/rollout-view.ts";
import { type RolloutPlan, runRollout } from "../rollout/run-rollout.ts";
import { newRunId } from "../run/run-id.ts";
import { withStage } from "../stage/with-stage.ts";

type RolloutOptions = {
  readonly stage: string;
  readonly siteUrl: string;
  readonly accountId?: string;
  readonly days: number;
  readonly concurrency: number;
  readonly queueSize: number;
  readonly inFlight: number;
  readonly force: boolean;
  readonly keepAutoSync: boolean;
  readonly output?: string;
  readonly yes: boolean;
  readonly json: boolean;
};

/** `gsc-sync rollout`: a sequential baseline, then a concurrent run of the same days, compared. */
export function rolloutCommand(): Command {
  return new Command("rollout")
    .description("fetch the same days one by one, then concurrently; compare, and write a report")
    .addOption(siteUrlOption().makeOptionMandatory())
    .option(
      "--account-id <account>",
      "the account that reads it (default: as it is registered)",
      accountId,
    )
    .option("--days <n>", "the last N final days", wholeNumber("--days", 1, 480), 150)
    .option("--concurrency <n>", "workers at once, 1 to 5", wholeNumber("--concurrency", 1, 5), 3)
    .option(
      "--queue-size <n>",
      "most batches queued or in flight",
      wholeNumber("--queue-size", 1, 10_000),
      defaultQueueSize,
    )
    .option(
      "--in-flight <n>",
      "most batches in flight",
      wholeNumber("--in-flight", 1, 100),
      defaultInFlight,
    )
    .option("--no-force", "skip what is complete and final: the two runs are not comparable then")
    .option("--keep-auto-sync", "leave the property's nightly sync on meanwhile", false)
    .option("--output <file.md>", "the report (default: output/rollout_<timestamp>.md)")
    .option("--yes", "on a stage: change its lever without asking", false)
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (options: RolloutOptions) => {
      const nowMs = Date.now();
      const range = lastDays(options.days, nowMs);
      const [fault] = rangeFaults(range.from, range.to, nowMs);
      if (fault !== undefined) throw new UsageError(fault);
      const rootUrl = homeRootUrl(options.stage);
      const shared = options.stage !== localStage;
      if (shared) requireAnswerable(options);
      const files = await openReportFiles(options.output, nowMs);
      if (
        shared &&
        !(await mayChange(
          `Run a rollout on ${options.stage}, which changes its lever meanwhile?`,
          options,
        ))
      ) {
        process.exitCode = 1;
        return;
      }
      if (options.stage === localStage) await reachSearchConsole(rootUrl);
      await withStage(options, async (stage, terminal) => {
        const stopping = new AbortController();
        using _interrupt = onInterrupt(
          () => stopping.abort(),
          () => void stage.close({ force: true }).finally(() => process.exit(1)),
        );
        if (!options.force) {
          terminal.notice(
            "--no-force: days that are final are skipped, and the two runs' times are not comparable",
          );
        }
        const plan = await planOf(options, range, stage.registry, nowMs);
        const figures = await runRollout(stage, plan, terminal, stopping.signal);
        const verdicts = rolloutVerdicts(figures);
        await files.write(figures, verdicts);
        const equal = isEqual(figures);
        terminal.result(rolloutText(figures, verdicts, { ...files, colour: terminal.colour }), {
          speedup: speedupOf(figures),
          sequential: figures.sequential.summary,
          concurrent: figures.concurrent.summary,
          verdicts,
          equal,
          report: files.markdown,
        });
        process.exitCode = equal ? 0 : 1;
      });
    });
}

async function planOf(
  options: RolloutOptions,
  range: Pick<RolloutPlan, "from" | "to">,
  registry: Pick<Registry, "readProperty">,
  nowMs: number,
): Promise<RolloutPlan> {
  const { siteUrl, force, keepAutoSync } = options;
  const registered = await registry.readProperty(siteUrl);
  const accountId = options.accountId ?? registered?.accountId ?? defaultAccountId;
  return {
    rolloutId: `rollout-${newRunId(nowMs)}`,
    stage: options.stage,
    siteUrl,
    accountId,
    ...range,
    asked: {
      concurrency: options.concurrency,
      maxQueueSize: options.queueSize,
      maxInFlight: options.inFlight,
      forced: force,
      keepAutoSync,
    },
    request: parseRunRequest(
      { siteUrl, accountId, ...range, qpm: registered?.qpm ?? undefined, force, keepAutoSync },
      nowMs,
    ),
  };
}
