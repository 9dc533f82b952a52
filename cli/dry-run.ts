import { estimateRun, type RunEstimate } from "../shared/plan/estimate-run.ts";
import { dataEpoch, pacificDateAt } from "../shared/plan/pacific-date.ts";
import { parseRunRequest, planUnitsOf } from "../shared/plan/plan-run.ts";
import type { RunRequestInput } from "../shared/plan/run-request.ts";
import { defaultBudget } from "../shared/quota/scopes.ts";
import type { RowStore } from "../shared/rows/row-store.ts";

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
  input: RunRequestInput,
  rows: RowStore,
  nowMs: number,
): Promise<DryRun> {
  const request = parseRunRequest(input, nowMs);
  const { siteUrl, from, to, reports, definitions = [] } = request;
  const distinct = { ...request, reports: [...new Set(reports)] };
  const plan = await planUnitsOf(distinct, rows, nowMs);
  const stored = await rows.readUnits({
    siteUrl,
    from: dataEpoch,
    to: pacificDateAt(nowMs),
    reports: distinct.reports,
  });
  const budgetPerMinute = request.qpm ?? defaultBudget;
  const estimate = estimateRun(plan, stored, { budgetPerMinute, definitions });
  return { dryRun: true, siteUrl, from, to, budgetPerMinute, ...estimate, costUsd: 0 };
}
