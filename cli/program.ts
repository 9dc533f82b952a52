import { Command } from "commander";
import { backfillCommand } from "./commands/backfill.ts";
import { completionCommand } from "./commands/completion.ts";
import { demoCommand } from "./commands/demo.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { haltCommand } from "./commands/halt.ts";
import { leverCommand } from "./commands/lever.ts";
import { loginCommand } from "./commands/login.ts";
import { propertiesCommand } from "./commands/properties.ts";
import { quotaCommand } from "./commands/quota.ts";
import { resourcesCommand } from "./commands/resources.ts";
import { resumeCommand } from "./commands/resume.ts";
import { rowsCommand } from "./commands/rows.ts";
import { sampleServerCommand } from "./commands/sample-server.ts";
import { sqlCommand } from "./commands/sql.ts";
import { statusCommand } from "./commands/status.ts";
import { syncCommand } from "./commands/sync.ts";
import { unitsCommand } from "./commands/units.ts";

/** The command line, one command a file. Usage errors are thrown as CommanderError. */
export function createProgram(): Command {
  const program = new Command("gsc-sync")
    .description(
      "Copies Google Search Console search-analytics data into your own store, as fast as Google's quota allows, without losing or doubling a row.",
    )
    .version("0.1.0")
    .configureOutput({ outputError: oneLine })
    .exitOverride();
  const commands = [
    backfillCommand(),
    syncCommand(),
    statusCommand(),
    haltCommand(),
    resumeCommand(),
    rowsCommand(),
    unitsCommand(),
    sqlCommand(),
    loginCommand(),
    propertiesCommand(),
    leverCommand(),
    quotaCommand(),
    resourcesCommand(),
    doctorCommand(),
    sampleServerCommand(),
    demoCommand(),
    completionCommand(),
  ];
  for (const command of commands) {
    program.addCommand(throwing(command));
  }
  return program;
}

/** A command, and those below it, that throw their usage errors and print them as one line. */
function throwing(command: Command): Command {
  for (const below of command.commands) throwing(below);
  return command.exitOverride().configureOutput({ outputError: oneLine });
}

/** Commander's own errors, in the form of ours. */
function oneLine(error: string, write: (text: string) => void): void {
  write(
    `${error
      .trim()
      .replace(/^error: /, "gsc-sync: ")
      .replace(/\s*\n\s*/g, " ")}\n`,
  );
}
