import { Command } from "commander";
import { type Property, pauseProperty, resumeProperty } from "../../shared/registry/property.ts";
import { requireProperty } from "../checks/require-property.ts";
import { jsonOption, stageOption } from "../options/options.ts";
import { propertyOf, withPropertyArgument } from "../options/property-argument.ts";
import { mayChange } from "../output/confirm.ts";
import { registryJson, registryText } from "../output/views/registry-view.ts";
import { withStage } from "../stage/with-stage.ts";
import { addPropertyCommand } from "./properties/add.ts";

/** `gsc-sync properties`: the registry. */
export function propertiesCommand(): Command {
  return new Command("properties")
    .description("the registry: which properties a sync reads, with which account, how fast")
    .addCommand(listPropertiesCommand())
    .addCommand(addPropertyCommand())
    .addCommand(removePropertyCommand())
    .addCommand(pausePropertyCommand())
    .addCommand(resumePropertyCommand());
}

/** `gsc-sync properties list`: what is registered, and what is paused or quarantined. */
function listPropertiesCommand(): Command {
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

type RemoveOptions = {
  readonly stage: string;
  readonly siteUrl?: string;
  readonly yes: boolean;
  readonly json: boolean;
};

/** `gsc-sync properties remove`: syncs no longer read the property; its rows stay. */
function removePropertyCommand(): Command {
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

/** `gsc-sync properties pause`: syncs skip the property until it is resumed. */
function pausePropertyCommand(): Command {
  return setStatusCommand("pause", "pause a property: syncs skip it", pauseProperty);
}

/** `gsc-sync properties resume`: ends a pause, or a quarantine once its cause is fixed. */
function resumePropertyCommand(): Command {
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
