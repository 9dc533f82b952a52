import { once } from "node:events";
import { Command } from "commander";
import { homeOnly, jsonOption, stageOption } from "../options/options.ts";
import { commandTerminal } from "../output/terminal.ts";
import { openStage } from "../stage/open-stage.ts";

/** `gsc-sync resources`: names and endpoints, for other tools. */
export function resourcesCommand(): Command {
  return new Command("resources")
    .description("print names and endpoints (lake, tables, queue) for other tools")
    .option("--keep", "start the home's servers and keep them until Ctrl-C", false)
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (options: { stage: string; keep: boolean; json: boolean }) => {
      if (options.keep) homeOnly("--keep", options.stage);
      const terminal = commandTerminal(options.json);
      const stage = await openStage(options.stage, terminal.notice);
      try {
        const resources = stage.resources(options);
        const lines = Object.entries(resources).map(
          ([name, value]) => `${name.padEnd(22)} ${value ?? "-"}`,
        );
        terminal.result(lines.join("\n"), resources);
        if (options.keep) {
          terminal.notice("the servers run until Ctrl-C");
          await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM"), stage.lost]);
        }
      } finally {
        await stage.close();
      }
    });
}
