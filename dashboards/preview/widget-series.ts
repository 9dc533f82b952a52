import * as z from "zod";
import { statisticsOf } from "../../shared/telemetry/statistics.ts";
import type { Widget } from "./dashboard-body.ts";
import type { Recording, TimedValue } from "./recording.ts";

/** A line of a graph. No points: the metric was not recorded. */
export type WidgetSeries = {
  readonly label: string;
  readonly axis: "left" | "right";
  readonly points: readonly TimedValue[];
};

const samples = 90;

/** What a recording makes of a widget's metrics: each point is the metric's period before it. */
export function widgetSeries(widget: Widget, recording: Recording): readonly WidgetSeries[] {
  const entries = (widget.properties.metrics ?? []).map((entry) => {
    const {
      id = "",
      label,
      visible,
      yAxis,
      expression,
      ...reading
    } = DrawnSchema.parse(entry.at(-1));
    const points = expression === undefined ? pointsOf(entry, reading, recording) : [];
    return { id, expression, visible, label: label ?? String(entry[1]), axis: yAxis, points };
  });
  const byId = new Map(entries.map(({ id, points }) => [id, points]));
  return entries
    .filter(({ visible }) => visible)
    .map(({ label, axis, expression, points }) => ({
      label,
      axis,
      points: expression === undefined ? points : sumOf(expression, byId),
    }));
}

function pointsOf(
  entry: readonly unknown[],
  { stat, period }: { readonly stat: Statistic; readonly period: number },
  recording: Recording,
): readonly TimedValue[] {
  const [namespace = "", name = "", ...flat] = entry.filter((part) => typeof part === "string");
  const dimensions: Record<string, string> = {};
  for (let at = 0; at + 1 < flat.length; at += 2) dimensions[flat[at] ?? ""] = flat[at + 1] ?? "";
  const values = recording.valuesOf({ namespace, name, dimensions });
  const { fromMs, toMs } = recording.span;
  return Array.from({ length: samples + 1 }, (_, index) => {
    const untilMs = fromMs + ((toMs - fromMs) * index) / samples;
    const within = values.filter(({ atMs }) => atMs > untilMs - period * 1_000 && atMs <= untilMs);
    return { untilMs, found: statisticsOf(within.map(({ value }) => value)) };
  }).flatMap(({ untilMs, found }) =>
    found === undefined ? [] : [{ atMs: untilMs, value: found[statistics[stat]] }],
  );
}

/** The one kind of expression that cards have: `(FILL(a, 0) + FILL(b, 0)) / 1000`. */
function sumOf(
  expression: string,
  byId: ReadonlyMap<string, readonly TimedValue[]>,
): readonly TimedValue[] {
  const ids = [...expression.matchAll(/FILL\((\w+), 0\)/g)].map(([, id = ""]) => id);
  const divisor = Number(/\) \/ (\d+)$/.exec(expression)?.[1] ?? 1);
  const sums = new Map<number, number>();
  for (const { atMs, value } of ids.flatMap((id) => byId.get(id) ?? [])) {
    sums.set(atMs, (sums.get(atMs) ?? 0) + value / divisor);
  }
  return [...sums].map(([atMs, value]) => ({ atMs, value })).sort((a, b) => a.atMs - b.atMs);
}

const statistics = {
  Sum: "sum",
  Maximum: "max",
  Average: "average",
  p50: "p50",
  p95: "p95",
  p99: "p99",
} as const;

type Statistic = keyof typeof statistics;

/** How CloudWatch is to draw a metric: the last part of its entry. */
const DrawnSchema = z.object({
  id: z.string().optional(),
  label: z.string().optional(),
  stat: z.enum(["Sum", "Maximum", "Average", "p50", "p95", "p99"]).default("Average"),
  /** Seconds. */
  period: z.number().default(300),
  visible: z.boolean().default(true),
  yAxis: z.enum(["left", "right"]).default("left"),
  expression: z.string().optional(),
});
