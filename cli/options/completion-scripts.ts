import type { CompletionNode } from "./completion.ts";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/**
 * A script for a shell to read. In each of them `at` is the command that the words so far lead to
 * (`properties add`), found word by word; then come its commands and options, or an option's values.
 */
export function completionScript(shell: Shell, tree: readonly CompletionNode[]): string {
  return { bash, zsh, fish }[shell](tree);
}

function bash(tree: readonly CompletionNode[]): string {
  return `# gsc-sync completion for bash; to use it: source <(gsc-sync completion bash)
_gsc_sync() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local at="" word choices=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in
${steps(tree)}
    esac
  done
  case "$at $previous" in
${values(tree, (words) => (words === null ? "COMPREPLY=(); return" : `COMPREPLY=($(compgen -W ${quoted(words)} -- "$current")); return`))}
  esac
  case "$at" in
${choices(tree)}
  esac
  COMPREPLY=($(compgen -W "$choices" -- "$current"))
}
complete -o default -F _gsc_sync gsc-sync
`;
}

function zsh(tree: readonly CompletionNode[]): string {
  return `#compdef gsc-sync
# gsc-sync completion for zsh; to use it: source <(gsc-sync completion zsh)
_gsc_sync() {
  local at="" word choices=""
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in
${steps(tree)}
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${values(tree, (words) => (words === null ? "_files; return" : `compadd -- \${=:-${words}}; return`))}
  esac
  case "$at" in
${choices(tree)}
  esac
  compadd -- \${=choices}
}
compdef _gsc_sync gsc-sync
`;
}

function fish(tree: readonly CompletionNode[]): string {
  const lines = tree.flatMap(({ path, commands, options }) => {
    const when = `-n ${quoted(`__gsc_sync_at ${quotedInside(path.join(" "))}`)}`;
    return [
      ...commands.map(
        ({ name, description }) =>
          `complete -c gsc-sync ${when} -f -a ${name} -d ${quoted(description)}`,
      ),
      ...options.map(
        ({ name, description, values: of }) =>
          `complete -c gsc-sync ${when} -l ${name.slice(2)} ${fishValue(of)}-d ${quoted(description)}`,
      ),
    ];
  });
  return `# gsc-sync completion for fish; to use it: gsc-sync completion fish | source
function __gsc_sync_at
  set -l at ""
  for word in (commandline -opc)[2..-1]
    switch "$at $word"
${commandsOf(tree)
  .map(({ key, path }) => `      case ${quoted(key)}\n        set at ${quoted(path)}`)
  .join("\n")}
    end
  end
  test "$at" = "$argv[1]"
end
complete -c gsc-sync -f
${lines.join("\n")}
`;
}

function fishValue(of: readonly string[] | null): string {
  if (of === null) return "-r -F ";
  return of.length === 0 ? "-f " : `-x -a ${quoted(of.join(" "))} `;
}

/** `case` branches that take `at` one word further. */
function steps(tree: readonly CompletionNode[]): string {
  return commandsOf(tree)
    .map(({ key, path }) => `      ${quoted(key)}) at=${quoted(path)} ;;`)
    .join("\n");
}

/** `case` branches for the words after an option that takes a value; null: any. */
function values(tree: readonly CompletionNode[], branch: (words: string | null) => string): string {
  return tree
    .flatMap(({ path, options }) =>
      options
        .filter((option) => option.values === null || option.values.length > 0)
        .map(
          ({ name, values: of }) =>
            `    ${quoted(`${path.join(" ")} ${name}`)}) ${branch(of?.join(" ") ?? null)} ;;`,
        ),
    )
    .join("\n");
}

/** `case` branches with the commands and options below each command. */
function choices(tree: readonly CompletionNode[]): string {
  return tree
    .map(({ path, commands, options }) => {
      const words = [...commands, ...options].map(({ name }) => name);
      return `    ${quoted(path.join(" "))}) choices=${quoted(words.join(" "))} ;;`;
    })
    .join("\n");
}

/** Every command, and what `"$at $word"` is when its name has just been read. */
function commandsOf(tree: readonly CompletionNode[]) {
  return tree
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => ({
      key: `${path.slice(0, -1).join(" ")} ${path.at(-1)}`,
      path: path.join(" "),
    }));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function quotedInside(text: string): string {
  return `"${text}"`;
}
