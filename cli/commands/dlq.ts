import { Command } from "commander";
import { requireDeadLetters } from "../checks/require-dead-letters.ts";
import { jsonOption, stageOption } from "../options/options.ts";
import { mayChange, requireAnswerable } from "../output/confirm.ts";
import { CommandError } from "../output/errors.ts";
import { deadLetterJson, deadLettersTable } from "../output/views/dead-letters-view.ts";
import { counted } from "../output/views/format.ts";
import { withStage } from "../stage/with-stage.ts";

/** `gsc-sync dlq`: messages that no worker could understand. */
export function dlqCommand(): Command {
  return new Command("dlq")
    .description("show dead letters, send them again, or delete them")
    .addCommand(dlqListCommand(), { isDefault: true })
    .addCommand(dlqRedriveCommand())
    .addCommand(dlqPurgeCommand());
}

/** `gsc-sync dlq list`: each letter with its reason, when it came, and how its body begins. */
function dlqListCommand(): Command {
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

/** `gsc-sync dlq redrive`: sends letters to the workers again, once their fault is fixed. */
function dlqRedriveCommand(): Command {
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

type PurgeOptions = { readonly stage: string; readonly json: boolean; readonly yes: boolean };

/** `gsc-sync dlq purge`: deletes letters, their copies in the ledger included. */
function dlqPurgeCommand(): Command {
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
