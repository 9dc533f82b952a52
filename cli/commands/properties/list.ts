import { Command } from "commander";
import { jsonOption, stageOption } from "../../options/options.ts";
import { registryJson, registryText } from "../../output/views/registry-view.ts";
import { withStage } from "../../stage/with-stage.ts";

/** `gsc-sync properties list`: what is registered, and what is paused or quarantined. */
export function listPropertiesCommand(): Command {
  return new Command("list")
    .description("show the registered properties and accounts")
    .addOption(stageOption())
    .addOption(jsonOption())
    .action((options: { stage: string; json: boolean }) =>
      withStage(options, async ({ registry }, terminal) => {
        const [properties, accounts] = await Promise.all([
          registry.listProperties(),
          registry.listAccounts(),
        ]);
        const found = { properties, accounts };
        terminal.result(registryText(found, terminal), registryJson(found));
      }),
    );
}
