import { localStage } from "../../local/aws-servers/local-names.ts";
import { quotaScopes } from "../../shared/quota/scopes.ts";
import { dataEpoch, pacificDateAt } from "../../shared/request/pacific-date.ts";
import type { RunRequest } from "../../shared/request/run-request.ts";
import { estimateRun, type RunEstimate } from "../../shared/sync/plan/estimate-run.ts";
import { planUnitsOf } from "../../shared/sync/plan/plan-run.ts";
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
