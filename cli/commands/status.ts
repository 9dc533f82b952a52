import { Command } from "commander";
import { createLogUpdate } from "log-update";
import { isEnded } from "../../shared/ledger/run.ts";
import type { RunSummary } from "../../shared/ledger/run-summary.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { jsonOption, stageOption } from "../options/options.ts";
import { commandTerminal } from "../output/terminal.ts";
import { deadLetterLines } from "../output/views/dead-letters-view.ts";
import { propertyJson, quarantineLines } from "../output/views/registry-view.ts";
import { statusTable } from "../output/views/status-view.ts";
import { summaryText } from "../output/views/summary-view.ts";
import { requireRunState, runState } from "../run/run-snapshot.ts";
import { type Escalation, escalationLines, escalationsIfKnown } from "../stage/escalations.ts";
import { openStage } from "../stage/open-stage.ts";
import type { StageTables } from "../stage/stage.ts";

const listed = 20;
const watchMs = 1_000;
/** Alarms look at whole minutes. */
const escalationsEvery = 10;

/** `gsc-sync status [RUN]`: runs as they stand, newest first, or one of them. */
export function statusCommand(): Command {
  return new Command("status")
    .description("show runs, newest first, or one run")
    .argument("[run]", "a run's id")
    .option("--watch", "show it again every second until every run shown has ended", false)
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(
      async (
        runId: string | undefined,
        options: { stage: string; watch: boolean; json: boolean },
      ) => {
        const terminal = commandTerminal(options.json);
        const stage = await openStage(options.stage, terminal.notice);
        const block = createLogUpdate(process.stdout);
        try {
          let runs = await readSummaries(stage, runId);
          let escalations = await escalationsIfKnown(stage, terminal.notice);
          for (let look = 1; options.watch && runs.some((run) => !isEnded(run.status)); look += 1) {
            if (!options.json) block(text(runs, runId, escalations, terminal));
            await systemClock.sleep(watchMs);
            runs = await readSummaries(stage, runId);
            if (look % escalationsEvery === 0) {
              escalations = await escalationsIfKnown(stage, terminal.notice);
            }
          }
          block.clear();
          const properties = runId === undefined ? await stage.registry.listProperties() : [];
          const quarantined = properties.filter(({ status }) => status === "quarantined");
          const deadLetters = runId === undefined ? await (await stage.deadLetters()).count() : 0;
          terminal.result(
            [
              text(runs, runId, escalations, terminal),
              ...quarantineLines(quarantined),
              ...deadLetterLines(deadLetters),
            ].join("\n"),
            runId === undefined
              ? { runs, quarantined: quarantined.map(propertyJson), deadLetters, escalations }
              : { runs, escalations },
          );
        } finally {
          await stage.close();
        }
      },
    );
}

async function readSummaries(
  { ledger }: StageTables,
  runId: string | undefined,
): Promise<readonly RunSummary[]> {
  if (runId !== undefined) return [(await requireRunState(ledger, runId)).summary];
  const runs = await ledger.listRuns(listed);
  return Promise.all(runs.map(async (run) => (await runState(ledger, run)).summary));
}

function text(
  runs: readonly RunSummary[],
  runId: string | undefined,
  escalations: readonly Escalation[] | null,
  terminal: { readonly width: number; readonly colour: boolean },
): string {
  const [only] = runs;
  const shown =
    runId !== undefined && only !== undefined
      ? summaryText(only, terminal)
      : statusTable(runs, terminal);
  return [shown, ...escalationLines(escalations ?? [], Date.now(), terminal)].join("\n");
}
