import { Command } from "commander";
import { jsonOption, stageOption } from "../../options/options.ts";
import { deadLetterJson, deadLettersTable } from "../../output/views/dead-letters-view.ts";
import { withStage } from "../../stage/with-stage.ts";

/** `gsc-sync dlq list`: each letter with its reason, when it came, and how its body begins. */
export function dlqListCommand(): Command {
  return new Command("list")
    .description("show dead letters, oldest first: why, when, and how each begins")
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (options: { stage: string; json: boolean }) => {
      await withStage(options, async (stage, terminal) => {
        const letters = await (await stage.deadLetters()).list();
        terminal.result(deadLettersTable(letters, Date.now(), terminal), {
          deadLetters: letters.map(deadLetterJson),
        });
      });
    });
}
