import { rollbackBudgetMs } from "../../shared/telemetry/thresholds.ts";
import { alignColumns, type Canvas, type Column } from "../output/views/columns.ts";
import { duration } from "../output/views/format.ts";
import { markdownTable } from "../output/views/markdown-table.ts";
import { oneLine } from "../output/views/text-width.ts";
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

/** The verdict, and a line a step with its time. */
export function drillText(drill: DrillResult, canvas: Canvas): string {
  const { header, lines } = alignColumns(
    columns,
    drill.steps.map(({ step, afterMs }) => [{ text: seconds(afterMs) }, { text: oneLine(step) }]),
    canvas,
  );
  return [
    drill.pass ? `✔ Drill ${drill.scenario}` : `✖ Drill ${drill.scenario}: ${drill.failure}`,
    `  ${timeText(drill)}`,
    "",
    header,
    ...lines,
  ].join("\n");
}

const columns: readonly Column[] = [
  { title: "after", align: "right", whole: true },
  { title: "step", align: "left" },
];

function timeText({ detectionToEffectMs, budgetMs }: DrillResult): string {
  const took = detectionToEffectMs === null ? "no effect" : duration(detectionToEffectMs);
  return `from detection to effect ${took}, the budget is ${duration(budgetMs)}`;
}

/** The same for the log. */
export function drillEntry(drill: DrillResult, stage: string): string {
  const { rows } = drill;
  const verdict = drill.pass ? "pass" : `fail: ${oneLine(drill.failure ?? "")}`;
  return [
    `## ${drill.startedAt.slice(0, 19)}Z drill ${drill.scenario}: ${verdict}`,
    `stage ${stage}, run ${drill.runId}, ${drill.startedAt} to ${drill.endedAt}; ${timeText(drill)}${rows === null ? "" : `; rows: ${rows.found} of ${rows.truth}, ${rows.missing} missing, ${rows.wrong} wrong`}`,
    markdownTable(
      ["At", "After", "Step"],
      drill.steps.map(({ at, afterMs, step }) => [at, seconds(afterMs), oneLine(step)]),
    ),
  ].join("\n\n");
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
