import { Argument, Command } from "commander";
import { rollbackBudgetMs, watchUsageMs } from "../../shared/telemetry/thresholds.ts";
import {
  type DrillEnvironment,
  withOwnEnvironment,
  withStageEnvironment,
} from "../drill/drill-environment.ts";
import { drillEntry, drillText } from "../drill/drill-result.ts";
import { runDrill } from "../drill/run-drill.ts";
import type { ScenarioName } from "../drill/scenario.ts";
import { scenarios } from "../drill/scenarios.ts";
import { jsonOption, stageOption } from "../options/options.ts";
import { stretchOfTime } from "../options/time-options.ts";
import { mayChange, requireAnswerable } from "../output/confirm.ts";
import { CommandError, UsageError } from "../output/errors.ts";
import { onInterrupt } from "../output/interrupt.ts";
import { commandTerminal } from "../output/terminal.ts";
import { appendToRolloutLog, logOption } from "../rollout/rollout-log.ts";

type DrillOptions = {
  readonly stage: string;
  readonly watch?: number;
  readonly sampleServer?: string;
  readonly prod: boolean;
  readonly log: string;
  readonly yes: boolean;
  readonly json: boolean;
};

/** `gsc-sync drill`: runs a rollback of the playbook against the clock. Exits 1 when it fails. */
export function drillCommand(): Command {
  return new Command("drill")
    .description(
      "provoke a fault, do the playbook's rollback, measure it against its budget; locally in a home of its own",
    )
    .addArgument(
      new Argument("<scenario>", "what goes wrong").choices(Object.keys(rollbackBudgetMs)),
    )
    .option(
      "--watch <time>",
      "watch usage for so long after the rate-limit rollback, like 30s (default: 5m)",
      stretchOfTime("--watch", 1_000),
    )
    .option(
      "--sample-server <url>",
      "on a stage: the sample server that its workers read; a drill never runs against Google",
    )
    .option("--prod", "allow the drill on the stage prod", false)
    .option("--yes", "drill without asking", false)
    .addOption(logOption())
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (name: ScenarioName, options: DrillOptions) => {
      const scenario = scenarios[name];
      const inEnvironment = environmentOf(options);
      if (options.watch !== undefined && !scenario.watched) {
        throw new UsageError(`--watch is for rate-limit-spike: ${name} has nothing to watch after`);
      }
      requireAnswerable(options);
      const terminal = commandTerminal(options.json);
      if (!(await mayChange(`Drill ${name} on ${options.stage}?`, options))) {
        terminal.notice("no drill was run");
        process.exitCode = 1;
        return;
      }
      const stop = new AbortController();
      using _interrupt = onInterrupt(
        () => {
          terminal.notice("stopping: what the drill changed is restored");
          stop.abort(new CommandError("the drill was stopped"));
        },
        () => process.exit(1),
      );
      const drill = await inEnvironment(terminal.notice, (environment) =>
        runDrill(name, scenario, environment, {
          watchMs: options.watch ?? watchUsageMs,
          stop: stop.signal,
          onNotice: terminal.notice,
        }),
      );
      await appendToRolloutLog(options.log, drillEntry(drill, options.stage));
      process.exitCode = drill.pass ? 0 : 1;
      terminal.result(`${drillText(drill, terminal)}\n\n  written to ${options.log}`, {
        ...drill,
        stage: options.stage,
        log: options.log,
      });
    });
}

type InEnvironment = <Outcome>(
  onNotice: (notice: string) => void,
  work: (environment: DrillEnvironment) => Promise<Outcome>,
) => Promise<Outcome>;

/** @throws UsageError: a drill on a stage needs `--sample-server`, one on prod also `--prod` */
function environmentOf({ stage, sampleServer, prod }: DrillOptions): InEnvironment {
  if (stage === "local") {
    if (sampleServer === undefined && !prod) return withOwnEnvironment;
    throw new UsageError("--sample-server and --prod are for a stage: a local drill has its own");
  }
  if (sampleServer === undefined) {
    throw new UsageError(
      `a drill on ${stage} disturbs its runs: say which sample server its workers read, --sample-server URL`,
    );
  }
  if (stage === "prod" && !prod) {
    throw new UsageError("a drill on prod disturbs what others rely on: add --prod");
  }
  return (onNotice, work) =>
    withStageEnvironment({ stage, serverUrl: sampleServer }, onNotice, work);
}
