import type { Command, Option } from "commander";

/** What can be typed after some words of a command line. */
export type CompletionNode = {
  /** The words that lead here: `[]`, `["properties"]`, `["properties", "add"]`. */
  readonly path: readonly string[];
  readonly commands: readonly Described[];
  readonly options: readonly (Described & {
    /** What its value may be; null: anything; empty: it takes none. */
    readonly values: readonly string[] | null;
  })[];
};

export type Described = { readonly name: string; readonly description: string };

/** The program's commands and options as they are, so that the scripts cannot drift from it. */
export function completionTree(program: Command, path: readonly string[] = []): CompletionNode[] {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: firstLine(command.description()),
  }));
  const help: CompletionNode["options"][number] = {
    name: "--help",
    description: "show the command's help",
    values: [],
  };
  const options = program.options
    .filter((option) => !option.hidden && option.long !== undefined)
    .map((option) => ({
      name: option.long ?? "",
      description: firstLine(option.description),
      values: valuesOf(option),
    }));
  return [
    { path, commands, options: [...options, help] },
    ...program.commands.flatMap((command) => completionTree(command, [...path, command.name()])),
  ];
}

function valuesOf(option: Option): readonly string[] | null {
  if (!option.required && !option.optional) return [];
  return option.argChoices ?? null;
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
