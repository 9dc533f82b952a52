import { localStage } from "../../local/aws-servers/local-names.ts";
import { googleLimits, quotaScopes } from "../../shared/quota/scopes.ts";
import { dataEpoch, pacificDateAt } from "../../shared/request/pacific-date.ts";
import type { RunRequest } from "../../shared/request/run-request.ts";
import { estimateRun, type RunEstimate } from "../../shared/sync/plan/estimate-run.ts";
import { planUnitsOf } from "../../shared/sync/plan/plan-run.ts";
import type { Canvas } from "../output/views/columns.ts";
import { bytes, count, counted } from "../output/views/format.ts";
import { table } from "../output/views/table.ts";
import { oneLine } from "../output/views/text-width.ts";
import type { StageStores } from "../stage/stage.ts";

/** A dry run as `--json` prints it. */
export type DryRun = RunEstimate & {
  readonly dryRun: true;
  readonly siteUrl: string;
  readonly from: string;
  readonly to: string;
  readonly budgetPerMinute: number;
  /** The embedded servers cost nothing. */
  readonly costUsd: number;
};

/** What a run of the request would fetch, from what is stored. Sends nothing, writes nothing. */
export async function dryRun(
  request: RunRequest,
  stage: StageStores,
  nowMs: number,
): Promise<DryRun> {
  const rows = await stage.rows();
  const { siteUrl, from, to, reports, definitions = [] } = request;
  const distinct = { ...request, reports: [...new Set(reports)] };
  const plan = await planUnitsOf(distinct, rows, nowMs);
  const stored = await rows.readUnits({
    siteUrl,
    from: dataEpoch,
    to: pacificDateAt(nowMs),
    reports: distinct.reports,
  });
  const owners = { ...request, projectId: localStage };
  const scopes = quotaScopes(owners, await stage.ledger.readSettings());
  const budgetPerMinute = Math.min(...scopes.map(({ budget }) => budget));
  const estimate = estimateRun(plan, stored, { budgetPerMinute, definitions });
  return { dryRun: true, siteUrl, from, to, budgetPerMinute, ...estimate, costUsd: 0 };
}

/** The estimate of a run, as text. */
export function dryRunText(estimate: DryRun, canvas: Canvas): string {
  const { units, requests, requestsExact, budgetPerMinute, rows, reports } = estimate;
  const least = requestsExact ? "" : "at least ";
  const assumed = reports.filter(({ basis }) => basis === "assumed");
  const lines = [
    "Dry run: nothing was sent or stored",
    `  ${oneLine(estimate.siteUrl)}, ${estimate.from} to ${estimate.to}`,
    "",
    `  units     ${count(units.planned)} to fetch, ${count(units.skipped)} complete and final`,
    `  requests  ${least}${count(requests)}${requestsExact ? ", as at the earlier fetches" : ": one a unit, more for a unit of more than 25,000 rows or several search appearances"}`,
    `  time      ${timeText(estimate)} at ${count(budgetPerMinute)} requests a minute (Google's limit ${count(googleLimits.property)})`,
    `  rows      about ${count(rows)}`,
    `  storage   about ${bytes(estimate.storageBytes)}`,
    `  cost      $${count(estimate.costUsd)}: everything runs on this machine`,
  ];
  if (assumed.length > 0) {
    const ids = assumed.map(({ report }) => report).join(", ");
    lines.push("", `  The rows of ${ids} are a guess: nothing is stored of them yet.`);
  }
  if (reports.length > 1) lines.push("", reportsTable(estimate, canvas));
  return lines.join("\n");
}

function timeText({ minutes, requestsExact }: DryRun): string {
  if (minutes <= 1) return "about a minute";
  return `${requestsExact ? "about" : "at least"} ${counted(Math.ceil(minutes), "minute")}`;
}

function reportsTable({ reports }: DryRun, canvas: Canvas): string {
  return table(
    ["report", "units", "requests", "rows"],
    reports.map((each) => [each.report, each.units, each.requests, each.rows]),
    canvas,
  );
}
