import { Argument, Command } from "commander";
import { completionTree } from "../options/completion.ts";
import { completionScript, type Shell, shells } from "../options/completion-scripts.ts";
import { homeStageOption, jsonOption } from "../options/options.ts";
import { commandTerminal } from "../output/terminal.ts";

/** `gsc-sync completion`: what a shell reads to complete our commands and options. */
export function completionCommand(): Command {
  return new Command("completion")
    .description("print a completion script for a shell: source <(gsc-sync completion bash)")
    .addArgument(new Argument("<shell>", "the shell").choices(shells))
    .addOption(homeStageOption("completion"))
    .addOption(jsonOption())
    .action((shell: Shell, options: { readonly json: boolean }, command: Command) => {
      const script = completionScript(shell, completionTree(command.parent ?? command));
      commandTerminal(options.json).result(script.trimEnd(), { shell, script });
    });
}
