import { Command } from "commander";
import { type Property, pauseProperty, resumeProperty } from "../../../shared/registry/property.ts";
import { requireProperty } from "../../checks/require-property.ts";
import { jsonOption, stageOption } from "../../options/options.ts";
import { propertyOf, withPropertyArgument } from "../../options/property-argument.ts";
import { registryJson, registryText } from "../../output/views/registry-view.ts";
import { withStage } from "../../stage/with-stage.ts";

/** `gsc-sync properties pause`: syncs skip the property until it is resumed. */
export function pausePropertyCommand(): Command {
  return setStatusCommand("pause", "pause a property: syncs skip it", pauseProperty);
}

/** `gsc-sync properties resume`: ends a pause, or a quarantine once its cause is fixed. */
export function resumePropertyCommand(): Command {
  return setStatusCommand("resume", "end a property's pause or quarantine", resumeProperty);
}

function setStatusCommand(
  name: string,
  description: string,
  change: (property: Property, nowMs: number) => Property,
): Command {
  return withPropertyArgument(new Command(name))
    .description(description)
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(
      async (
        argument: string | undefined,
        options: { stage: string; siteUrl?: string; json: boolean },
      ) => {
        const siteUrl = propertyOf(argument, options);
        await withStage(options, async ({ registry }, terminal) => {
          await requireProperty(registry, siteUrl);
          const changed = await registry.changeProperty(siteUrl, (known) =>
            known === undefined ? undefined : change(known, Date.now()),
          );
          const properties = changed === undefined ? [] : [changed];
          const shown = { properties, accounts: [] };
          terminal.result(registryText(shown, terminal), registryJson(shown));
        });
      },
    );
}
