import type { RunSummary } from "../../../shared/ledger/run-summary.ts";
import { googleLimits } from "../../../shared/quota/scopes.ts";
import { bytes, count, counted, duration, reasonText } from "./format.ts";
import { statusLooks } from "./run-status.ts";
import { paint, type Style } from "./style.ts";
import { oneLine, pad } from "./text-width.ts";

/** The end of a run for the person who waited for it; a figure that is zero and dull is left out. */
export function summaryText(
  summary: RunSummary,
  { colour, store }: { readonly colour: boolean; readonly store?: string | undefined },
): string {
  const figures = allSkipped(summary) ? [] : runFigures(summary);
  const where: readonly Figure[] =
    store === undefined ? [] : [{ label: "store", text: oneLine(store) }];
  const lines = [
    headline(summary, colour),
    `  ${oneLine(summary.siteUrl)}, ${summary.from} to ${summary.to}`,
    paint("dim", `  run ${oneLine(summary.runId)}`, colour),
    "",
    ...unitSentence(summary),
    ...[...figures, ...where].map((figure) => figureLine(figure, colour)),
  ];
  const next = nextStep(summary);
  if (next.length > 0) lines.push("", ...next.map((line) => `  ${line}`));
  return lines.join("\n");
}

type Figure = { readonly label: string; readonly text: string; readonly style?: Style | undefined };

const labelWidth = 10;

/** Share of Google's limit at which a run is said to approach it. */
const approachingShare = 0.8;

/** A batch that takes longer is out of order. */
const slowBatchMs = 5_000;

function headline(summary: RunSummary, colour: boolean): string {
  const { status, units } = summary;
  const { label, mark, style } = statusLooks[status];
  const reason = reasonText(summary);
  const why = reason === "" ? "" : `: ${oneLine(reason)}`;
  const how = status === "completed_with_failures" ? ` (${count(units.failed)} failed)` : "";
  const verdict = `${mark} ${label.charAt(0).toUpperCase()}${label.slice(1)}${how}`;
  return paint("bold", paint(style, verdict, colour), colour) + why;
}

function allSkipped({ status, units }: RunSummary): boolean {
  return status === "complete" && units.planned === 0;
}

function unitSentence(summary: RunSummary): readonly string[] {
  if (!allSkipped(summary)) return [];
  const { skipped } = summary.units;
  if (skipped === 0) return ["  nothing to fetch: the range has no units"];
  const all = skipped === 1 ? "the one unit is" : `all ${count(skipped)} units are`;
  return [`  nothing to fetch: ${all} complete and final`];
}

function runFigures(summary: RunSummary): readonly Figure[] {
  const { batch, queue, inFlight, memoryPeakMb } = summary;
  const peaks = [
    queue.peak === 0 ? "" : `queue ${count(queue.peak)}`,
    inFlight.peak === 0 ? "" : `in flight ${count(inFlight.peak)}`,
    memoryPeakMb === 0 ? "" : `memory ${bytes(memoryPeakMb * 1_048_576)} a worker`,
  ];
  const figures: readonly Figure[] = [
    { label: "units", text: unitsText(summary) },
    { label: "rows", text: rowsText(summary) },
    { label: "requests", text: summary.requests === 0 ? "" : requestsText(summary) },
    { label: "time", text: duration(summary.durationMs) },
    {
      label: "QPM",
      text: summary.requests === 0 ? "" : qpmText(summary),
      style: qpmStyle(summary),
    },
    {
      label: "batches",
      text: batch.count === 0 ? "" : batchText(summary),
      style: batch.p99Ms >= slowBatchMs ? "yellow" : undefined,
    },
    { label: "peaks", text: joined(peaks) },
    { label: "quota", text: quotaText(summary) },
  ];
  return figures.filter((figure) => figure.text !== "");
}

function unitsText({ units }: RunSummary): string {
  return joined([
    `${count(units.complete)} of ${count(units.planned)} complete`,
    units.failed === 0 ? "" : `${count(units.failed)} failed`,
    units.skipped === 0 ? "" : `${count(units.skipped)} skipped (complete and final before)`,
  ]);
}

function rowsText({ rows, duplicates, durationMs }: RunSummary): string {
  const perSecond = durationMs === 0 ? 0 : rows / (durationMs / 1_000);
  return joined([
    perSecond < 1 ? count(rows) : `${count(rows)} (${count(perSecond)} a second)`,
    duplicates === 0 ? "" : `${count(duplicates)} repeated by Google, stored once`,
  ]);
}

function requestsText({ requests, pages, retries }: RunSummary): string {
  return joined([
    `${count(requests)} for ${counted(pages, "page")}`,
    retries === 0 ? "" : counted(retries, "retry", "retries"),
  ]);
}

function qpmText({ qpm }: RunSummary): string {
  const lines = `warning at ${count(warnQpm)}, Google's limit ${count(googleLimits.property)}`;
  return `average ${count(qpm.average)}, peak ${count(qpm.peak)} (${lines})`;
}

const warnQpm = googleLimits.property * approachingShare;

function qpmStyle({ qpm }: RunSummary): Style | undefined {
  if (qpm.peak >= googleLimits.property) return "red";
  return qpm.peak >= warnQpm ? "yellow" : undefined;
}

function batchText({ batch }: RunSummary): string {
  const { count: batches, p50Ms, p95Ms, p99Ms } = batch;
  return `${count(batches)}, p50 ${duration(p50Ms)}, p95 ${duration(p95Ms)}, p99 ${duration(p99Ms)}`;
}

function quotaText({ quota }: RunSummary): string {
  return joined([
    quota.exceeded === 0 ? "" : `Google refused ${counted(quota.exceeded, "request")}`,
    quota.approaching === 0 ? "" : `near a limit in ${counted(quota.approaching, "minute")}`,
    quota.deferred === 0 ? "" : `our limiter held back ${counted(quota.deferred, "claim")}`,
  ]);
}

function figureLine({ label, text, style }: Figure, colour: boolean): string {
  const shown = style === undefined ? text : paint(style, text, colour);
  return `  ${paint("dim", pad(label, labelWidth, "left"), colour)}${shown}`;
}

/** What the person can do next about a run that did not end well. */
function nextStep({ status, runId, siteUrl, from, to }: RunSummary): readonly string[] {
  switch (status) {
    case "halted":
    case "failed":
      return ["What is stored stays. Go on with:", `  gsc-sync resume ${oneLine(runId)}`];
    case "completed_with_failures":
      return [
        "See which units failed; the same backfill fetches them again and skips the rest:",
        `  gsc-sync units --site-url ${oneLine(siteUrl)} --from ${from} --to ${to}`,
      ];
    default:
      return [];
  }
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(", ");
}
