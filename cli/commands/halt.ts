import { Command } from "commander";
import { releaseProperty } from "../../shared/ledger/property-lock.ts";
import { isEnded } from "../../shared/ledger/run.ts";
import { poll } from "../../shared/lib/poll.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { haltRun } from "../../shared/sync/end/halt-run.ts";
import { jsonOption, stageOption } from "../options/options.ts";
import { commandTerminal } from "../output/terminal.ts";
import { summaryText } from "../output/views/summary-view.ts";
import { requireRunState } from "../run/run-snapshot.ts";
import { openStage } from "../stage/open-stage.ts";

const timing = { pollMs: 100, timeoutMs: 30_000 };

/** `gsc-sync halt RUN`: stops a run's requests; what is stored stays. */
export function haltCommand(): Command {
  return new Command("halt")
    .description("stop a run; what is stored stays, and the run can be resumed")
    .argument("<run>", "the run's id")
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (runId: string, options: { stage: string; json: boolean }) => {
      const terminal = commandTerminal(options.json);
      const stage = await openStage(options.stage, terminal.notice);
      try {
        await requireRunState(stage.ledger, runId);
        await haltRun(stage.ledger, runId, Date.now());
        const { run, summary } = await poll(
          systemClock,
          timing,
          () => requireRunState(stage.ledger, runId),
          (state) => isEnded(state.run.status),
        );
        if (isEnded(run.status)) await releaseProperty(run, stage.ledger);
        else process.exitCode = 1;
        terminal.result(summaryText(summary, terminal), summary);
      } finally {
        await stage.close();
      }
    });
}
