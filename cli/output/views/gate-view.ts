import type {
  GateVerdict,
  PhaseEvidence,
  TimeWindow,
} from "../../../shared/operations/gate/phase.ts";
import type { WindowFigures } from "../../../shared/operations/gate/window-figures.ts";
import { alignColumns, type Canvas, type Column } from "./columns.ts";
import { count, wholeSeconds } from "./format.ts";
import { markdownTable } from "./markdown-table.ts";
import { oneLine } from "./text-width.ts";

export type JudgedGate = GateVerdict & {
  readonly stage: string;
  readonly window: TimeWindow;
  /** Judged over another time than the phase takes. */
  readonly rehearsal: boolean;
};

/** The verdict, and a line a criterion. */
export function gateText(gate: JudgedGate, canvas: Canvas): string {
  const { header, lines } = alignColumns(
    columns,
    gate.criteria.map(({ name, target, observed, ok }) => [
      { text: ok ? "✔" : "✖", style: ok ? ("green" as const) : ("red" as const) },
      { text: name },
      { text: target },
      { text: oneLine(observedText(observed)) },
    ]),
    canvas,
  );
  return [verdictLine(gate), `  ${windowText(gate)}`, "", header, ...lines].join("\n");
}

const columns: readonly Column[] = [
  { title: " ", align: "left", whole: true },
  { title: "criterion", align: "left", whole: true },
  { title: "target", align: "left", whole: true },
  { title: "observed", align: "left" },
];

function verdictLine({ phase, pass }: JudgedGate): string {
  return pass ? `✔ Phase ${phase} may end` : `✖ Phase ${phase} may not end yet`;
}

function windowText({ stage, window, rehearsal }: JudgedGate): string {
  const { fromMs, toMs } = window;
  const time = `${instantText(fromMs)} to ${instantText(toMs)}, ${wholeSeconds(toMs - fromMs)}`;
  return `stage ${stage}, ${time}${rehearsal ? " (a rehearsal: not the phase's own time)" : ""}`;
}

/** The decision with its snapshot, for the log. */
export function gateEntry(gate: JudgedGate, evidence: PhaseEvidence, nowMs: number): string {
  const { phase, pass, rehearsal } = gate;
  return [
    `## ${instantText(nowMs)} gate ${phase}: ${pass ? "pass" : "fail"}${rehearsal ? " (rehearsal)" : ""}`,
    `${windowText(gate)}${evidence.signOff === null ? "" : `; signed off by ${oneLine(evidence.signOff)}`}`,
    markdownTable(
      ["Criterion", "Target", "Observed", "Verdict"],
      gate.criteria.map(({ name, target, observed, ok }) => [
        name,
        target,
        oneLine(observedText(observed)),
        ok ? "ok" : "**fails**",
      ]),
    ),
    markdownTable(
      ["Figure", "Phase", ...(evidence.baseline === null ? [] : ["Baseline"])],
      keyFigures.map(([name, of]) => [
        name,
        of(evidence.figures),
        ...(evidence.baseline === null ? [] : [of(evidence.baseline.figures)]),
      ]),
    ),
  ].join("\n\n");
}

const keyFigures: readonly (readonly [string, (figures: WindowFigures) => string])[] = [
  ["batches", ({ batches }) => count(batches)],
  ["batch p50, ms", ({ batchP50Ms }) => figure(batchP50Ms)],
  ["batch p99, ms", ({ batchP99Ms }) => figure(batchP99Ms)],
  ["requests", ({ requests }) => count(requests)],
  ["retries", ({ retries }) => count(retries)],
  ["claims that waited for our own limiter", ({ deferred }) => count(deferred)],
  ["refusals by Google", ({ refusals }) => count(refusals)],
  ["failed units", ({ failedUnits }) => count(failedUnits)],
  ["crashed workers", ({ crashes }) => count(crashes)],
  ["QPM, average while sending", ({ qpmAverage }) => figure(qpmAverage)],
  ["QPM, peak", ({ qpmPeak }) => figure(qpmPeak)],
  ["queue, average", ({ queueAverage }) => figure(queueAverage)],
  ["queue, peak", ({ queuePeak }) => figure(queuePeak)],
  ["in flight, peak", ({ inFlightPeak }) => figure(inFlightPeak)],
  ["slowest halt, ms", ({ haltPeakMs }) => figure(haltPeakMs)],
];

function figure(value: number | null): string {
  return value === null ? "not measured" : count(value);
}

function observedText(observed: string | number | null): string {
  if (observed === null) return "not measured";
  return typeof observed === "number" ? observed.toLocaleString("en-US") : observed;
}

export function instantText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
