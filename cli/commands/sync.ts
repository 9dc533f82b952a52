import { Command } from "commander";
import { isEnded } from "../../shared/ledger/run.ts";
import { sideBySide } from "../../shared/lib/side-by-side.ts";
import { newProperty, type Property } from "../../shared/registry/property.ts";
import type { Registry } from "../../shared/registry/registry.ts";
import { whySkipped } from "../../shared/sync/plan/plan-sync.ts";
import { homeRootUrl, reachSearchConsole } from "../checks/server-reachable.ts";
import {
  detachOption,
  jsonOption,
  localStage,
  onCompleteOption,
  refuseHomeOnly,
  siteUrlOption,
  stageOption,
  wholeNumber,
} from "../options/options.ts";
import { UsageError } from "../output/errors.ts";
import { onInterrupt } from "../output/interrupt.ts";
import { countFailed, syncLine, syncText } from "../output/views/sync-view.ts";
import { refuseOtherServer } from "../run/start-run.ts";
import { syncNight } from "../run/sync-night.ts";
import { syncProperty } from "../run/sync-property.ts";
import { withStage } from "../stage/with-stage.ts";

type SyncOptions = {
  readonly stage: string;
  readonly siteUrl?: string;
  readonly atOnce: number;
  readonly detach: boolean;
  readonly onComplete?: string;
  readonly json: boolean;
};

/** `gsc-sync sync`: the nightly job, now, for one property or all registered ones. */
export function syncCommand(): Command {
  return new Command("sync")
    .description("fetch the newest days, and those not final yet, of one property or of all")
    .addOption(stageOption())
    .addOption(siteUrlOption())
    .option("--at-once <n>", "properties at once", wholeNumber("--at-once", 1, 20), 3)
    .addOption(detachOption())
    .addOption(onCompleteOption())
    .addOption(jsonOption())
    .action(async (options: SyncOptions) => {
      refuseHomeOnly(options);
      const rootUrl = homeRootUrl(options.stage);
      if (options.stage === localStage) await reachSearchConsole(rootUrl);
      await withStage(options, async (stage, terminal) => {
        if (stage.deployed !== null && options.siteUrl === undefined) {
          return syncNight({ ...stage, deployed: stage.deployed }, options, terminal);
        }
        const properties = await propertiesOf(options.siteUrl, stage.registry);
        refuseOtherServer(stage);
        const stopping = new AbortController();
        using _interrupt = onInterrupt(
          () => stopping.abort(),
          () => void stage.close({ force: true }).finally(() => process.exit(1)),
        );
        const alone = properties.length === 1;
        const { onComplete } = options;
        let left = false;
        let done = 0;
        const each = await sideBySide(properties, options.atOnce, async (property) => {
          const ended = await syncProperty(property, {
            stage,
            terminal,
            alone,
            stopping: stopping.signal,
            detach: options.detach,
            onComplete,
            undelivered: () => {
              left = true;
            },
          });
          done += 1;
          for (const one of alone ? [] : ended) {
            terminal.notice(`${done} of ${properties.length} · ${syncLine(one)}`);
          }
          return ended;
        });
        const synced = each.flat();
        // A run that goes on without this command may still complete.
        const ended = synced.filter(
          ({ run }) => !options.detach || run === null || isEnded(run.status),
        );
        const failed = countFailed(ended, properties);
        if (failed > 0 || left) process.exitCode = 1;
        terminal.result(syncText(synced, terminal), {
          ok: failed === 0,
          properties: synced,
        });
      });
    });
}

async function propertiesOf(
  siteUrl: string | undefined,
  registry: Registry,
): Promise<readonly Property[]> {
  if (siteUrl === undefined) {
    const all = await registry.listProperties();
    if (all.length > 0) return all;
    throw new UsageError(
      "no property is registered: gsc-sync properties add --site-url sc-domain:example.com, or name one with --site-url",
    );
  }
  const property = (await registry.readProperty(siteUrl)) ?? newProperty(siteUrl, Date.now());
  if (property.status === "active") return [property];
  throw new UsageError(`${siteUrl} is not synced: ${whySkipped(property)}`);
}
