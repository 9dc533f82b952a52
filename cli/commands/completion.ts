import { Argument, Command } from "commander";
import { completionTree } from "../completion.ts";
import { completionScript, type Shell, shells } from "../completion-scripts.ts";

/** `gsc-sync completion`: what a shell reads to complete our commands and options. */
export function completionCommand(): Command {
  return new Command("completion")
    .description("print a completion script for a shell: source <(gsc-sync completion bash)")
    .addArgument(new Argument("<shell>", "the shell").choices(shells))
    .action((shell: Shell, _options: unknown, command: Command) => {
      const program = command.parent ?? command;
      process.stdout.write(completionScript(shell, completionTree(program)));
    });
}
