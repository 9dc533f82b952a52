import { alignColumns, type Canvas, type Column } from "../output/views/columns.ts";
import { duration } from "../output/views/format.ts";
import { markdownTable } from "../output/views/markdown-table.ts";
import { oneLine } from "../output/views/text-width.ts";
import type { DrillResult } from "./drill-result.ts";

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
