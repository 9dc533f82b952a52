import { Command } from "commander";
import { jsonOption, onCompleteOption, refuseHomeOnly, stageOption } from "../options/options.ts";
import { exitCodeOf } from "../output/errors.ts";
import { commandTerminal } from "../output/terminal.ts";
import { summaryText } from "../output/views/summary-view.ts";
import { followAndDeliver } from "../run/follow-and-deliver.ts";
import { resumeOnStage } from "../run/resume-on-stage.ts";
import { requireRunState } from "../run/run-snapshot.ts";
import { openStage } from "../stage/open-stage.ts";

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
    .option("--clear-in-flight", "stop the execution that works on it now, and take over", false)
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
        const execution = await resumeOnStage(stage, run, options, terminal.notice);
        const { summary, delivered } = await followAndDeliver(
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
