import { Command } from "commander";
import { requireProperty } from "../../checks/require-property.ts";
import { jsonOption, stageOption } from "../../options/options.ts";
import { propertyOf, withPropertyArgument } from "../../options/property-argument.ts";
import { mayChange } from "../../output/confirm.ts";
import { withStage } from "../../stage/with-stage.ts";

type RemoveOptions = {
  readonly stage: string;
  readonly siteUrl?: string;
  readonly yes: boolean;
  readonly json: boolean;
};

/** `gsc-sync properties remove`: syncs no longer read the property; its rows stay. */
export function removePropertyCommand(): Command {
  return withPropertyArgument(new Command("remove"))
    .description("take a property out of the registry; the rows that are stored stay")
    .option("--yes", "do not ask", false)
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (argument: string | undefined, options: RemoveOptions) => {
      const siteUrl = propertyOf(argument, options);
      const sure = await mayChange(`Remove ${siteUrl} from the registry?`, options);
      if (!sure) {
        process.exitCode = 1;
        return;
      }
      await withStage(options, async ({ registry }, terminal) => {
        await requireProperty(registry, siteUrl);
        await registry.changeProperty(siteUrl, () => undefined);
        terminal.result(`${siteUrl} is removed; its rows stay`, { removed: siteUrl });
      });
    });
}
