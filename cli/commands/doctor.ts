import { Command } from "commander";
import { homeFolder } from "../../local/home.ts";
import { environmentNames } from "../../shared/config/names.ts";
import { pacificDateAt } from "../../shared/plan/pacific-date.ts";
import { googleRootUrl, rootUrlFault } from "../../shared/search-console/root-url.ts";
import { type Check, check, checkAccounts, checkProperties } from "../check-accounts.ts";
import { commandTerminal } from "../command-terminal.ts";
import { type OpenStage, openStage } from "../open-stage.ts";
import { jsonOption, stageOption } from "../options.ts";
import { reachSearchConsole } from "../reach-server.ts";
import { counted } from "../views/format.ts";

/** `gsc-sync doctor`: is everything there that a sync needs? Says what is missing. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description("check everything a sync needs, and say what is missing")
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (options: { stage: string; json: boolean }) => {
      const terminal = commandTerminal(options.json);
      const checks = [
        await check("Node", async () => `${process.versions.node}, 24 or newer`),
        await check("Search Console", checkSearchConsole),
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

/** The home's servers, and what the registry in them names. */
async function checkStage(
  stage: string,
  onNotice: (notice: string) => void,
): Promise<readonly Check[]> {
  const startedAtMs = performance.now();
  let opened: OpenStage | undefined;
  const servers = await check("home and servers", async () => {
    opened = await openStage(stage, onNotice);
    const rows = await opened.rows();
    const today = pacificDateAt(Date.now());
    await rows.readUnits({ siteUrl: "sc-domain:doctor.invalid", from: today, to: today });
    await opened.ledger.listRuns(1);
    const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
    return `${homeFolder(process.env, process.cwd())}, up in ${seconds} s`;
  });
  if (opened === undefined) return [servers];
  try {
    const { registry } = opened;
    const properties = await registry.listProperties();
    return [
      servers,
      await check("registry", async () => registryText(properties.length)),
      ...(await checkAccounts(registry, properties)),
      ...(await checkProperties(registry, properties)),
    ];
  } finally {
    await opened.close();
  }
}

function registryText(properties: number): string {
  if (properties > 0) return `${counted(properties, "property", "properties")} for a sync to read`;
  return "no property yet: gsc-sync properties add --site-url sc-domain:example.com registers one";
}

async function checkSearchConsole(): Promise<string> {
  const rootUrl = process.env[environmentNames.searchConsoleRootUrl] || undefined;
  const fault = rootUrl === undefined ? undefined : rootUrlFault(rootUrl);
  if (fault !== undefined) throw new Error(`GSC_API_ROOT_URL: ${fault}`);
  await reachSearchConsole(rootUrl);
  return `${rootUrl ?? googleRootUrl} answers`;
}
