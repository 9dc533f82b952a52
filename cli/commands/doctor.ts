import { Command } from "commander";
import { homeFolder } from "../../local/home.ts";
import { environmentNames } from "../../shared/config/names.ts";
import { pacificDateAt } from "../../shared/plan/pacific-date.ts";
import { googleRootUrl, isLoopback, rootUrlFault } from "../../shared/search-console/root-url.ts";
import { commandTerminal } from "../command-terminal.ts";
import { openStage } from "../open-stage.ts";
import { jsonOption, stageOption } from "../options.ts";
import { reachSearchConsole } from "../reach-server.ts";

type Check = { readonly name: string; readonly ok: boolean; readonly detail: string };

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
        await check("home and servers", () => checkStack(options.stage, terminal.notice)),
        await check("Search Console", checkSearchConsole),
        await check("credentials", checkCredentials),
      ];
      const ok = checks.every((each) => each.ok);
      const lines = checks.map(
        (each) => `${each.ok ? "ok     " : "MISSING"} ${each.name}: ${each.detail}`,
      );
      terminal.result(lines.join("\n"), { ok, checks });
      process.exitCode = ok ? 0 : 1;
    });
}

async function check(name: string, look: () => Promise<string>): Promise<Check> {
  try {
    return { name, ok: true, detail: await look() };
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

async function checkStack(stage: string, onNotice: (notice: string) => void): Promise<string> {
  const startedAtMs = performance.now();
  const opened = await openStage(stage, onNotice);
  try {
    const rows = await opened.rows();
    const today = pacificDateAt(Date.now());
    await rows.readUnits({ siteUrl: "sc-domain:doctor.invalid", from: today, to: today });
    await opened.ledger.listRuns(1);
    const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
    return `${homeFolder(process.env, process.cwd())}, up in ${seconds} s`;
  } finally {
    await opened.close();
  }
}

async function checkSearchConsole(): Promise<string> {
  const rootUrl = process.env[environmentNames.searchConsoleRootUrl] || undefined;
  const fault = rootUrl === undefined ? undefined : rootUrlFault(rootUrl);
  if (fault !== undefined) throw new Error(`GSC_API_ROOT_URL: ${fault}`);
  await reachSearchConsole(rootUrl);
  return `${rootUrl ?? googleRootUrl} answers`;
}

async function checkCredentials(): Promise<string> {
  const rootUrl = process.env[environmentNames.searchConsoleRootUrl] || googleRootUrl;
  if (isLoopback(rootUrl)) return "none needed for a server on this machine";
  const file = process.env.GOOGLE_APPLICATION_CREDENTIALS;
  if (file) return `GOOGLE_APPLICATION_CREDENTIALS names ${file}`;
  throw new Error(
    "set GOOGLE_APPLICATION_CREDENTIALS to a service account's key file, and add its address as a user of the property in Search Console",
  );
}
