import { Command } from "commander";
import { homeFolder } from "../../local/home/home.ts";
import { pacificDateAt } from "../../shared/request/pacific-date.ts";
import { googleRootUrl } from "../../shared/search-console/root-url.ts";
import { type Check, check, checkAccounts, checkProperties } from "../checks/check-accounts.ts";
import { homeRootUrl, reachSearchConsole } from "../checks/server-reachable.ts";
import { jsonOption, localStage, stageOption } from "../options/options.ts";
import { commandTerminal } from "../output/terminal.ts";
import { counted } from "../output/views/format.ts";
import type { DeployedStage } from "../stage/deployed-stage.ts";
import { openStage } from "../stage/open-stage.ts";
import type { OpenStage } from "../stage/stage.ts";

/** `gsc-sync doctor`: checks everything that a sync needs, and says what is missing. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description("check everything a sync needs, and say what is missing")
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (options: { stage: string; json: boolean }) => {
      const terminal = commandTerminal(options.json);
      const checks = [
        await check("Node", async () => `${process.versions.node}, 24 or newer`),
        await check("Search Console", () => checkSearchConsole(options.stage)),
        ...(await checkStage(options.stage, terminal.notice)),
      ];
      const ok = checks.every((each) => each.ok);
      const lines = checks.map(
        (each) => `${each.ok ? "ok     " : "MISSING"} ${each.name}: ${each.detail}`,
      );
      terminal.result(lines.join("\n"), { ok, checks });
      process.exitCode = ok ? 0 : 1;
    });
}

/**
 * Checks the stage's tables and rows, the registered accounts and properties, and a deployment's
 * own parts.
 */
async function checkStage(
  stage: string,
  onNotice: (notice: string) => void,
): Promise<readonly Check[]> {
  const startedAtMs = performance.now();
  let opened: OpenStage | undefined;
  const home = stage === localStage;
  const servers = await check(home ? "home and servers" : `stage ${stage}`, async () => {
    opened = await openStage(stage, onNotice);
    const rows = await opened.rows();
    const today = pacificDateAt(Date.now());
    await rows.readUnits({ siteUrl: "sc-domain:doctor.invalid", from: today, to: today });
    await opened.ledger.listRuns(1);
    const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
    return home
      ? `${homeFolder(process.env, process.cwd())}, up in ${seconds} s`
      : `its tables and the rows' schema answer, in ${seconds} s`;
  });
  if (opened === undefined) return [servers];
  try {
    const { registry, deployed } = opened;
    const secrets = deployed?.secrets;
    const properties = await registry.listProperties();
    return [
      servers,
      await check("registry", async () => registryText(properties.length)),
      ...(await checkAccounts(registry, properties, secrets)),
      ...(await checkProperties(registry, properties, secrets)),
      ...(deployed === null ? [] : await deploymentChecks(opened, deployed)),
    ];
  } finally {
    await opened.close();
  }
}

async function deploymentChecks(stage: OpenStage, deployed: DeployedStage) {
  const { checkDeployment } = await import("../checks/check-deployment.ts");
  return checkDeployment(stage, deployed);
}

function registryText(properties: number): string {
  if (properties > 0) return `${counted(properties, "property", "properties")} for a sync to read`;
  return "no property yet: gsc-sync properties add --site-url sc-domain:example.com registers one";
}

async function checkSearchConsole(stage: string): Promise<string> {
  const rootUrl = homeRootUrl(stage);
  await reachSearchConsole(rootUrl);
  return `${rootUrl ?? googleRootUrl} answers`;
}
