import { Command } from "commander";
import { addPropertyCommand } from "./properties/add.ts";
import { listPropertiesCommand } from "./properties/list.ts";
import { removePropertyCommand } from "./properties/remove.ts";
import { pausePropertyCommand, resumePropertyCommand } from "./properties/set-status.ts";

/** `gsc-sync properties`: the registry. */
export function propertiesCommand(): Command {
  return new Command("properties")
    .description("the registry: which properties a sync reads, with which account, how fast")
    .addCommand(listPropertiesCommand())
    .addCommand(addPropertyCommand())
    .addCommand(removePropertyCommand())
    .addCommand(pausePropertyCommand())
    .addCommand(resumePropertyCommand());
}
