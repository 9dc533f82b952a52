import { Command } from "commander";
import { requireDeadLetters } from "../../checks/require-dead-letters.ts";
import { jsonOption, stageOption } from "../../options/options.ts";
import { CommandError } from "../../output/errors.ts";
import { deadLetterJson, deadLettersTable } from "../../output/views/dead-letters-view.ts";
import { counted } from "../../output/views/format.ts";
import { withStage } from "../../stage/with-stage.ts";

/** `gsc-sync dlq redrive`: sends letters to the workers again, once their fault is fixed. */
export function dlqRedriveCommand(): Command {
  return new Command("redrive")
    .description("send dead letters to the workers again; one that still cannot be read comes back")
    .argument("[letter...]", "which ones (default: all)")
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (letterIds: readonly string[], options: { stage: string; json: boolean }) => {
      await withStage(options, async (stage, terminal) => {
        const deadLetters = await stage.deadLetters();
        const asked = requireDeadLetters(letterIds, await deadLetters.list());
        const sent = asked.length === 0 ? [] : await deadLetters.redrive(asked);
        if (sent.length < asked.length) {
          throw new CommandError(
            `${asked.length - sent.length} of ${asked.length} dead letters were not sent: their bodies are too long for the ledger's copy`,
          );
        }
        const left = await deadLetters.list();
        terminal.result(
          `${counted(sent.length, "letter")} sent again.\n${deadLettersTable(left, Date.now(), terminal)}`,
          { redriven: sent.length, deadLetters: left.map(deadLetterJson) },
        );
      });
    });
}
