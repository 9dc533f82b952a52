import { Command } from "commander";
import { jsonOption, stageOption } from "../options/options.ts";
import { commandTerminal } from "../output/command-terminal.ts";
import { openStage } from "../stage/open-stage.ts";
import { quotaTable } from "../stage/quota-view.ts";
import { readQuota } from "../stage/read-quota.ts";

/** `gsc-sync quota`: what each scope used, what is closed and why. */
export function quotaCommand(): Command {
  return new Command("quota")
    .description(
      "show what each property, account and project used of its quota, and what is closed",
    )
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (options: { stage: string; json: boolean }) => {
      const terminal = commandTerminal(options.json);
      const stage = await openStage(options.stage, terminal.notice);
      try {
        const nowMs = Date.now();
        const scopes = await readQuota(stage, nowMs);
        terminal.result(quotaTable(scopes, nowMs, terminal), { scopes });
      } finally {
        await stage.close();
      }
    });
}
