import { Command } from "commander";
import { requireDeadLetters } from "../../checks/require-dead-letters.ts";
import { jsonOption, stageOption } from "../../options/options.ts";
import { mayChange, requireAnswerable } from "../../output/confirm.ts";
import { counted } from "../../output/views/format.ts";
import { withStage } from "../../stage/with-stage.ts";

type PurgeOptions = { readonly stage: string; readonly json: boolean; readonly yes: boolean };

/** `gsc-sync dlq purge`: deletes letters, their copies in the ledger included. */
export function dlqPurgeCommand(): Command {
  return new Command("purge")
    .description("delete dead letters for good; no work is lost, since the ledger has it")
    .argument("[letter...]", "which ones (default: all)")
    .option("--yes", "delete without asking", false)
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (letterIds: readonly string[], options: PurgeOptions) => {
      requireAnswerable(options);
      await withStage(options, async (stage, terminal) => {
        const deadLetters = await stage.deadLetters();
        const asked = requireDeadLetters(letterIds, await deadLetters.list());
        const letters = counted(asked.length, "dead letter");
        const question = `Delete ${letters} of ${options.stage} for good?`;
        if (asked.length > 0 && !(await mayChange(question, options))) {
          terminal.notice("nothing is deleted");
          process.exitCode = 1;
          return;
        }
        const deleted = asked.length === 0 ? [] : await deadLetters.purge(asked);
        terminal.result(`${counted(deleted.length, "dead letter")} deleted.`, {
          purged: deleted.length,
        });
      });
    });
}
