import { resolve } from "node:path";
import { Command } from "commander";
import { environmentNames } from "../../shared/config/names.ts";
import { lastDays } from "../../shared/request/date-range.ts";
import { parseRunRequest } from "../../shared/request/parse-run-request.ts";
import { startSampleServer } from "../drill/sample-server-process.ts";
import { type DateRange, homeStageOption, jsonOption } from "../options/options.ts";
import { commandTerminal } from "../output/terminal.ts";
import { openStage } from "../stage/open-stage.ts";
import { asRegistered, runToItsEnd } from "./backfill.ts";

const demoHome = ".gsc-sync-demo";
const demoSite = "sc-domain:sample.example";
const demoDays = 150;

/** `npm start`: the whole pipeline against the sample Search Console, in a home of its own. */
export function demoCommand(): Command {
  return new Command("demo")
    .description("backfill 150 days of a sample property, in a home of its own (npm start)")
    .addOption(homeStageOption("demo"))
    .addOption(jsonOption())
    .action(async (options: { json: boolean }) => {
      const terminal = commandTerminal(options.json);
      const home = process.env[environmentNames.home] || demoHome;
      terminal.notice(
        `gsc-sync: ${demoDays} days of ${demoSite}, from a sample Search Console on this machine`,
      );
      const sample = await startSampleServer();
      const environment = {
        ...process.env,
        [environmentNames.home]: resolve(home),
        [environmentNames.searchConsoleRootUrl]: sample.url,
      };
      try {
        const stage = await openStage("local", terminal.notice, environment);
        try {
          const nowMs = Date.now();
          const range = lastDays(demoDays, nowMs);
          const request = parseRunRequest({ siteUrl: demoSite, ...range }, nowMs);
          process.exitCode = await runToItsEnd(
            stage,
            await asRegistered(stage, request, {}),
            terminal,
          );
          if (process.exitCode === 0) terminal.notice(nextSteps(range, home));
        } finally {
          await stage.close();
        }
      } finally {
        await sample.stop();
      }
    });
}

function nextSteps(range: DateRange, homePath: string): string {
  const home = `GSC_SYNC_HOME=${homePath}`;
  return `
Next, to try:
  ${home} npx gsc-sync sql "select query, sum(clicks) as clicks from search_rows group by query order by clicks desc limit 10"
  ${home} npx gsc-sync units --site-url ${demoSite} --from ${range.from} --to ${range.to}
  npm start    (again: every unit is complete and final, so nothing is fetched)`;
}
