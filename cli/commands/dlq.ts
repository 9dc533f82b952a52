import { Command } from "commander";
import { dlqListCommand } from "./dlq/list.ts";
import { dlqPurgeCommand } from "./dlq/purge.ts";
import { dlqRedriveCommand } from "./dlq/redrive.ts";

/** `gsc-sync dlq`: messages that no worker could understand. */
export function dlqCommand(): Command {
  return new Command("dlq")
    .description("show dead letters, send them again, or delete them")
    .addCommand(dlqListCommand(), { isDefault: true })
    .addCommand(dlqRedriveCommand())
    .addCommand(dlqPurgeCommand());
}
