import { Command } from "commander";
import { carryRun } from "../carry-run.ts";
import { commandTerminal } from "../command-terminal.ts";
import { exitCodeOf } from "../exit-code.ts";
import { followDelivering } from "../follow-delivering.ts";
import { openStage } from "../open-stage.ts";
import { jsonOption, onCompleteOption, refuseHomeOnly, stageOption } from "../options.ts";
import { requireRunState } from "../run-snapshot.ts";
import { summaryText } from "../views/summary-view.ts";

type ResumeOptions = {
  readonly stage: string;
  readonly clearInFlight: boolean;
  readonly sequential: boolean;
  readonly onComplete?: string;
  readonly json: boolean;
};

/** `gsc-sync resume RUN`: goes on with a run and follows it to its end. */
export function resumeCommand(): Command {
  return new Command("resume")
    .description("go on with a halted, failed or abandoned run, and follow it to its end")
    .argument("<run>", "the run's id")
    .option("--clear-in-flight", "take it away from whoever carries it now", false)
    .option("--sequential", "one worker, one request at a time, from here on", false)
    .addOption(onCompleteOption())
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (runId: string, options: ResumeOptions) => {
      refuseHomeOnly(options);
      const terminal = commandTerminal(options.json);
      const stage = await openStage(options.stage, terminal.notice);
      try {
        const { run } = await requireRunState(stage.ledger, runId);
        const execution = await carryRun(stage, run, options, terminal.notice);
        const { summary, delivered } = await followDelivering(
          stage,
          { runId, execution },
          terminal,
          { command: options.onComplete },
        );
        terminal.result(summaryText(summary, terminal), summary);
        process.exitCode = delivered ? exitCodeOf(summary) : 1;
      } finally {
        await stage.close();
      }
    });
}
