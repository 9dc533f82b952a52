import { environmentNames } from "../../shared/config/names.ts";
import { newProperty } from "../../shared/registry/property.ts";
import type { RunRequest } from "../../shared/request/run-request.ts";
import { googleRootUrl, isLoopback } from "../../shared/search-console/root-url.ts";
import { type Check, checkAccounts, checkProperties } from "../checks/check-accounts.ts";
import { CommandError } from "../output/errors.ts";
import type { Terminal } from "../output/terminal.ts";
import { checkReportDefinitions } from "../run/check-report-definitions.ts";
import { refuseBusyProperty, refuseOtherServer } from "../run/start-run.ts";
import type { OpenStage } from "../stage/stage.ts";
import { measureRun } from "./measure-run.ts";
import { telemetryOf } from "./run-telemetry.ts";

/**
 * Checks everything that can be checked without changing anything. @throws CommandError, UsageError
 */
export async function refuseRollout(
  stage: OpenStage,
  request: RunRequest,
  terminal: Terminal,
): Promise<void> {
  refuseOtherServer(stage);
  await checkReportDefinitions(stage, request);
  await refuseBusyProperty(stage, request);
  const { siteUrl, accountId } = request;
  const { registry } = stage;
  const known = (await registry.readProperty(siteUrl)) ?? newProperty(siteUrl, Date.now());
  const properties = [{ ...known, accountId }];
  const account = await registry.readAccount(accountId);
  const itsAccount = { ...registry, listAccounts: async () => (account ? [account] : []) };
  const secrets = stage.deployed?.secrets;
  for (const found of await checkAccounts(itsAccount, properties, secrets))
    printCheck(found, terminal);
  for (const found of await checkProperties(registry, properties, secrets)) {
    if (isUnknownToStandIn(found))
      terminal.notice(`?       ${found.name}: the smoke sync will show it`);
    else printCheck(found, terminal);
  }
}

/** A stand-in on this machine may answer queries, and know nothing of permissions. */
function isUnknownToStandIn({ ok, detail }: Check): boolean {
  const rootUrl = process.env[environmentNames.searchConsoleRootUrl] || googleRootUrl;
  return !ok && isLoopback(rootUrl) && detail.includes("HTTP 404");
}

/** Syncs the newest day alone, and checks that its metrics were recorded. @throws CommandError */
export async function smokeSync(
  stage: OpenStage,
  request: RunRequest,
  terminal: Terminal,
): Promise<void> {
  const { to } = request;
  const one = { ...request, from: to, concurrency: 1, force: true };
  const run = await measureRun(`smoke sync of ${to}`, stage, one, terminal);
  if (run.summary.units.complete !== 1) {
    throw new CommandError(`the smoke sync did not complete ${to}: see gsc-sync status`);
  }
  const recorded = await telemetryOf(run, stage.metrics);
  if (recorded.kind === "unread") {
    throw new CommandError(`telemetry: the stage's metrics cannot be read: ${recorded.reason}`);
  }
  const ok = recorded.series.batches > 0;
  const detail = ok
    ? `the stage's metrics show the smoke sync`
    : "the smoke sync ended, and no batch duration was recorded of it";
  printCheck({ name: "telemetry", ok, detail }, terminal);
}

export function printCheck({ name, ok, detail }: Check, terminal: Terminal): void {
  if (!ok) throw new CommandError(`${name}: ${detail}`);
  terminal.notice(`ok      ${name}: ${detail}`);
}
