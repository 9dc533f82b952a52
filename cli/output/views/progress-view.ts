import type { Canvas } from "./columns.ts";
import { count, counted, localTime, percent, wholeSeconds } from "./format.ts";
import {
  type ProgressFigures,
  type ProgressSnapshot,
  progressFigures,
} from "./progress-figures.ts";
import { statusLooks } from "./run-status.ts";
import { paint, type Style } from "./style.ts";
import { cut, oneLine, pad, textWidth } from "./text-width.ts";

export type { ProgressSnapshot };

/** The live display of a run: a few lines, none wider than the terminal. */
export function progressBlock(
  snapshot: ProgressSnapshot,
  { width, colour, nowMs }: Canvas & { readonly nowMs: number },
): string {
  const figures = progressFigures(snapshot, nowMs);
  const canvas = { width, colour };
  const lines = [headline(snapshot, canvas)];
  if (snapshot.run.status !== "planned") {
    lines.push(barLine(snapshot, figures, canvas));
    lines.push(...grid(gridFigures(snapshot, figures), canvas));
  }
  if (figures.waitingFor !== undefined) {
    const { label, style } = statusLooks[snapshot.run.status];
    lines.push(noteLine(label, figures.waitingFor, style, canvas));
  }
  const trouble = troubles(snapshot);
  if (trouble !== "") lines.push(noteLine("trouble", trouble, "yellow", canvas));
  return lines.join("\n");
}

/** The same as one plain line, for logs. */
export function progressLine(snapshot: ProgressSnapshot, nowMs: number): string {
  const { run, summary, qpmNow, budget } = snapshot;
  const figures = progressFigures(snapshot, nowMs);
  const { label } = statusLooks[run.status];
  const start = `${localTime(nowMs, nowMs)} ${label}`;
  if (run.status === "planned") return `${start} ${subject(snapshot)}`;
  const parts = [
    `${start} ${percent(figures.settled, figures.planned)}`,
    unitsDone(snapshot, figures),
    `${counted(summary.rows, "row")}${rowRate(figures)}`,
    `${count(qpmNow)} of ${count(budget)} requests/min`,
    `queue ${count(figures.queue)} of ${count(run.maxQueueSize)}`,
    `in flight ${count(figures.inFlight)} of ${count(run.maxInFlight)}`,
    `workers ${count(figures.workers)} of ${count(run.concurrency)}`,
    `elapsed ${wholeSeconds(figures.elapsedMs)}`,
    `left: ${figures.timeLeft}`,
    troubles(snapshot),
    figures.waitingFor === undefined ? "" : `${label} ${figures.waitingFor}`,
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

function headline(snapshot: ProgressSnapshot, { width, colour }: Canvas): string {
  const { label, mark, style } = statusLooks[snapshot.run.status];
  const status = cut(`${mark} ${label}`, width);
  const room = width - textWidth(status);
  const full = `  ${subject(snapshot)}`;
  // The run's id goes last: it is what a second terminal halts the run with.
  const short = `  ${oneLine(snapshot.run.siteUrl)}  ${oneLine(snapshot.run.runId)}`;
  const fitting = [full, short].find((text) => textWidth(text) <= room);
  return paint(style, status, colour) + cut(fitting ?? `  ${oneLine(snapshot.run.runId)}`, room);
}

function subject({ run }: ProgressSnapshot): string {
  return `${oneLine(run.siteUrl)}  ${run.from}…${run.to}  ${oneLine(run.runId)}`;
}

const widestBar = 50;

function barLine(
  snapshot: ProgressSnapshot,
  figures: ProgressFigures,
  { width, colour }: Canvas,
): string {
  const { settled, planned } = figures;
  const done = percent(settled, planned);
  const label = cut(`  ${pad(done, 5, "right")}  ${unitsDone(snapshot, figures)}`, width);
  const barWidth = Math.max(Math.min(width - textWidth(label), widestBar), 0);
  const share = planned === 0 ? 1 : Math.min(settled / planned, 1);
  const filled = Math.floor(barWidth * share);
  const bar =
    paint("green", "█".repeat(filled), colour) +
    paint("dim", "░".repeat(barWidth - filled), colour);
  return bar + label;
}

function unitsDone({ summary }: ProgressSnapshot, { settled, planned }: ProgressFigures): string {
  const { skipped } = summary.units;
  const units = `${count(settled)} of ${counted(planned, "unit")}`;
  return skipped === 0 ? units : `${units} (${count(skipped)} skipped)`;
}

type GridFigure = { readonly label: string; readonly text: string; readonly style?: Style };

function gridFigures(snapshot: ProgressSnapshot, figures: ProgressFigures): readonly GridFigure[] {
  const { run, summary, qpmNow, budget } = snapshot;
  const requests = `${count(qpmNow)}/min of ${count(budget)}`;
  return [
    { label: "rows", text: `${count(summary.rows)}${rowRate(figures)}` },
    { label: "sent", text: counted(summary.requests, "request") },
    qpmNow > budget
      ? { label: "requests", text: requests, style: "yellow" }
      : { label: "requests", text: requests },
    { label: "queue", text: `${count(figures.queue)} of ${count(run.maxQueueSize)}` },
    { label: "workers", text: `${count(figures.workers)} of ${count(run.concurrency)}` },
    { label: "in flight", text: `${count(figures.inFlight)} of ${count(run.maxInFlight)}` },
    { label: "elapsed", text: wholeSeconds(figures.elapsedMs) },
    { label: "left", text: figures.timeLeft },
  ];
}

function rowRate({ rowsPerSecond }: ProgressFigures): string {
  return rowsPerSecond === undefined ? "" : ` (${count(rowsPerSecond)}/s)`;
}

const labelWidth = 11;
const cellWidth = 36;
const leastCellWidth = 28;

/** Figures in four, two or one columns, as the terminal has room for, filled line by line. */
function grid(figures: readonly GridFigure[], { width, colour }: Canvas): readonly string[] {
  const across = [4, 2].find((columns) => columns * leastCellWidth <= width) ?? 1;
  const each = Math.min(Math.floor(width / across), cellWidth);
  const lines: string[] = [];
  for (let first = 0; first < figures.length; first += across) {
    const cells = figures.slice(first, first + across);
    lines.push(
      cells
        .map((figure) => gridCell(figure, each, colour))
        .join("")
        .trimEnd(),
    );
  }
  return lines;
}

function gridCell({ label, text, style }: GridFigure, width: number, colour: boolean): string {
  const shownLabel = cut(pad(label, labelWidth, "left"), width);
  const shown = cut(text, width - labelWidth - 1);
  const spaces = " ".repeat(Math.max(width - textWidth(shownLabel) - textWidth(shown), 0));
  const value = style === undefined ? shown : paint(style, shown, colour);
  return paint("dim", shownLabel, colour) + value + spaces;
}

function noteLine(label: string, text: string, style: Style, { width, colour }: Canvas): string {
  const shownLabel = cut(pad(label, labelWidth, "left"), width);
  return paint(style, shownLabel + cut(text, width - textWidth(shownLabel)), colour);
}

/** Failed units and retries, only when there are any. */
function troubles({ summary }: ProgressSnapshot): string {
  const { failed } = summary.units;
  return [
    failed === 0 ? "" : `${counted(failed, "unit")} failed`,
    summary.retries === 0 ? "" : counted(summary.retries, "retry", "retries"),
  ]
    .filter((part) => part !== "")
    .join(" · ");
}
