import type { RunSummary } from "../../../shared/ledger/run-summary.ts";
import { alignColumns, type Canvas, type Cell, type Column } from "./columns.ts";
import { count, duration, reasonText } from "./format.ts";
import { statusLooks } from "./run-status.ts";
import { paint } from "./style.ts";
import { cut, oneLine, textWidth } from "./text-width.ts";

/**
 * One line a run in the order given (newest first), its reason under it where there is one. Where
 * the terminal is too narrow for all, property and range go under the run instead of being cut.
 */
export function statusTable(summaries: readonly RunSummary[], canvas: Canvas): string {
  if (summaries.length === 0) {
    return "No runs yet. Start one: gsc-sync backfill --site-url sc-domain:example.com --days 30";
  }
  const wide = { ...canvas, width: Number.POSITIVE_INFINITY };
  const needed = alignColumns(allColumns, summaries.map(allCells), { ...wide, colour: false });
  const fits = [needed.header, ...needed.lines].every((line) => textWidth(line) <= canvas.width);
  const { header, lines } = fits
    ? alignColumns(allColumns, summaries.map(allCells), wide)
    : alignColumns([runColumn, ...figureColumns], summaries.map(narrowCells), canvas);

  const blocks = summaries.map((summary, index) => [
    lines[index] ?? "",
    ...(fits ? [] : [note(propertyAndRange(summary), canvas)]),
    ...(reasonText(summary) === "" ? [] : [note(`↳ ${oneLine(reasonText(summary))}`, canvas)]),
  ]);
  return [header, ...blocks.flat()].join("\n");
}

const runColumn: Column = { title: "run", align: "left", whole: true };

const figureColumns: readonly Column[] = [
  { title: "status", align: "left", whole: true },
  { title: "units", align: "right", whole: true },
  { title: "rows", align: "right", whole: true },
  { title: "duration", align: "right", whole: true },
];

const allColumns: readonly Column[] = [
  runColumn,
  { title: "property", align: "left" },
  { title: "range", align: "left" },
  ...figureColumns,
];

function allCells(summary: RunSummary): readonly Cell[] {
  return [
    { text: oneLine(summary.runId) },
    { text: oneLine(summary.siteUrl) },
    { text: range(summary) },
    ...figureCells(summary),
  ];
}

function narrowCells(summary: RunSummary): readonly Cell[] {
  return [{ text: oneLine(summary.runId) }, ...figureCells(summary)];
}

function figureCells(summary: RunSummary): readonly Cell[] {
  const { label, mark, style } = statusLooks[summary.status];
  const { complete, failed, planned, skipped } = summary.units;
  const allSkipped = planned === 0 && skipped > 0;
  return [
    { text: `${mark} ${label}`, style },
    { text: allSkipped ? "all skipped" : `${count(complete + failed)}/${count(planned)}` },
    { text: count(summary.rows) },
    { text: duration(summary.durationMs) },
  ];
}

function propertyAndRange(summary: RunSummary): string {
  return `${oneLine(summary.siteUrl)}  ${range(summary)}`;
}

function range(summary: RunSummary): string {
  return `${summary.from}…${summary.to}`;
}

function note(text: string, { width, colour }: Canvas): string {
  return paint("dim", cut(`  ${text}`, width), colour);
}
