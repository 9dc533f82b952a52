import { rollbackBudgetMs } from "../../shared/telemetry/thresholds.ts";
import type { ScenarioName } from "./scenario.ts";
import type { RowsVerdict } from "./verify-rows.ts";

export type DrillStep = {
  readonly step: string;
  /** UTC, ISO 8601. */
  readonly at: string;
  /** Since the drill began. */
  readonly afterMs: number;
};

/** The JSON contract of `gsc-sync drill`. */
export type DrillResult = {
  readonly scenario: ScenarioName;
  readonly pass: boolean;
  readonly budgetMs: number;
  /** Null: the drill did not get so far. */
  readonly detectionToEffectMs: number | null;
  readonly provocationToDetectionMs: number | null;
  readonly steps: readonly DrillStep[];
  readonly rows: RowsVerdict | null;
  /** Why the drill failed; null when it passed. */
  readonly failure: string | null;
  readonly runId: string;
  readonly startedAt: string;
  readonly endedAt: string;
};

/** What a drill has found so far; null: not yet, or nothing. */
export type Findings = {
  provokedAtMs: number | null;
  detectedAtMs: number | null;
  effectAtMs: number | null;
  rows: RowsVerdict | null;
  failure: string | null;
};

export function noFindings(): Findings {
  return { provokedAtMs: null, detectedAtMs: null, effectAtMs: null, rows: null, failure: null };
}

/** The verdict on what was found. */
export function drillResult(
  scenario: ScenarioName,
  found: Findings,
  drill: Pick<DrillResult, "steps" | "runId"> & {
    readonly startedAtMs: number;
    readonly endedAtMs: number;
  },
): DrillResult {
  const budgetMs = rollbackBudgetMs[scenario];
  const detectionToEffectMs = between(found.detectedAtMs, found.effectAtMs);
  const late = detectionToEffectMs !== null && detectionToEffectMs >= budgetMs;
  const failure = found.failure ?? (late ? "the rollback took longer than its budget" : null);
  return {
    scenario,
    pass: failure === null,
    budgetMs,
    detectionToEffectMs,
    provocationToDetectionMs: between(found.provokedAtMs, found.detectedAtMs),
    steps: drill.steps,
    rows: found.rows,
    failure,
    runId: drill.runId,
    startedAt: new Date(drill.startedAtMs).toISOString(),
    endedAt: new Date(drill.endedAtMs).toISOString(),
  };
}

function between(fromMs: number | null, toMs: number | null): number | null {
  return fromMs === null || toMs === null ? null : toMs - fromMs;
}
