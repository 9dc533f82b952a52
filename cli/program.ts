import { Command } from "commander";
import { printable } from "../shared/lib/printable.ts";

/**
 * The commands, in the order of the help. Each is loaded when it is asked for: loading libraries
 * takes most of the time of a start.
 */
const commands = new Map<string, () => Promise<Command>>(
  Object.entries({
    backfill: async () => (await import("./commands/backfill.ts")).backfillCommand(),
    sync: async () => (await import("./commands/sync.ts")).syncCommand(),
    status: async () => (await import("./commands/status.ts")).statusCommand(),
    halt: async () => (await import("./commands/halt.ts")).haltCommand(),
    resume: async () => (await import("./commands/resume.ts")).resumeCommand(),
    rows: async () => (await import("./commands/rows.ts")).rowsCommand(),
    units: async () => (await import("./commands/units.ts")).unitsCommand(),
    export: async () => (await import("./commands/export.ts")).exportCommand(),
    purge: async () => (await import("./commands/purge.ts")).purgeCommand(),
    sql: async () => (await import("./commands/sql.ts")).sqlCommand(),
    login: async () => (await import("./commands/login.ts")).loginCommand(),
    properties: async () => (await import("./commands/properties.ts")).propertiesCommand(),
    rollout: async () => (await import("./commands/rollout.ts")).rolloutCommand(),
    lever: async () => (await import("./commands/lever.ts")).leverCommand(),
    gate: async () => (await import("./commands/gate.ts")).gateCommand(),
    drill: async () => (await import("./commands/drill.ts")).drillCommand(),
    quota: async () => (await import("./commands/quota.ts")).quotaCommand(),
    dlq: async () => (await import("./commands/dlq.ts")).dlqCommand(),
    resources: async () => (await import("./commands/resources.ts")).resourcesCommand(),
    doctor: async () => (await import("./commands/doctor.ts")).doctorCommand(),
    "sample-server": async () =>
      (await import("./commands/sample-server.ts")).sampleServerCommand(),
    demo: async () => (await import("./commands/demo.ts")).demoCommand(),
    completion: async () => (await import("./commands/completion.ts")).completionCommand(),
  }),
);

/**
 * The command line, one command a file: the one that `words` begins with, or all of them. Usage
 * errors are thrown as CommanderError.
 */
export async function createProgram(words: readonly string[] = []): Promise<Command> {
  const program = new Command("gsc-sync")
    .description(
      "Copies Google Search Console search-analytics data into your own store, as fast as Google's quota allows, without losing or doubling a row.",
    )
    .version("0.1.0")
    .configureOutput({ outputError: oneLine })
    .exitOverride();
  const [first = ""] = words;
  // The completion script lists every command.
  const asked = first === "completion" ? undefined : commands.get(first);
  const loaders = asked === undefined ? [...commands.values()] : [asked];
  for (const command of await Promise.all(loaders.map((load) => load()))) {
    program.addCommand(throwing(command));
  }
  return program;
}

/**
 * `gsc-sync --stage prod lever` says the same as `gsc-sync lever --stage prod`: the words with a
 * leading stage at their end, where the command that takes it reads it.
 */
export function withStageLast(words: readonly string[]): readonly string[] {
  const [first = "", second, ...rest] = words;
  if (first.startsWith("--stage=") && second !== undefined) return [second, ...rest, first];
  const [command, ...others] = rest;
  if (first !== "--stage" || second === undefined || command === undefined) return words;
  return [command, ...others, first, second];
}

/** A command, and those below it, that throw their usage errors and print them as one line. */
function throwing(command: Command): Command {
  for (const below of command.commands) throwing(below);
  return command.exitOverride().configureOutput({ outputError: oneLine });
}

/** Commander's own errors, in the form of ours. */
function oneLine(error: string, write: (text: string) => void): void {
  write(`${printable(error.trim().replace(/^error: /, "gsc-sync: ")).replaceAll("\\n", " ")}\n`);
}
