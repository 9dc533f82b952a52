import * as z from "zod";
import type { Widget } from "./dashboard-body.ts";
import type { EmfReading } from "./emf-readings.ts";

/** A line of a graph. No points: this log cannot know it, or it did not happen. */
export type WidgetSeries = {
  readonly label: string;
  readonly points: readonly { readonly atMs: number; readonly value: number }[];
};

export type TimeSpan = { readonly fromMs: number; readonly toMs: number };

const samples = 90;

/** What a log's readings make of a widget's metrics: each as CloudWatch would show it then. */
export function widgetSeries(
  widget: Widget,
  readings: readonly EmfReading[],
  { fromMs, toMs }: TimeSpan,
): readonly WidgetSeries[] {
  return (widget.properties.metrics ?? []).flatMap((entry) => {
    const drawn = DrawnSchema.parse(entry.at(-1));
    if (drawn.visible === false) return [];
    const [namespace, name, ...rest] = entry.filter((part) => typeof part === "string");
    const own = readings.filter(
      (reading) =>
        reading.namespace === namespace && reading.name === name && sameDimensions(reading, rest),
    );
    const stepMs = (toMs - fromMs) / samples;
    const periodMs = (drawn.period ?? 60) * 1_000;
    const points = Array.from({ length: samples + 1 }, (_, index) => fromMs + index * stepMs)
      .map((atMs) => ({
        atMs,
        value: statistic(
          drawn.stat ?? "Average",
          own.filter((reading) => reading.atMs > atMs - periodMs && reading.atMs <= atMs),
        ),
      }))
      .filter((point): point is { atMs: number; value: number } => point.value !== undefined);
    return [{ label: drawn.label ?? name ?? "", points }];
  });
}

/** The stage is another here than there, so it is not compared. */
function sameDimensions({ dimensions }: EmfReading, flat: readonly string[]): boolean {
  const wanted: Record<string, string> = {};
  for (let at = 0; at + 1 < flat.length; at += 2) wanted[flat[at] ?? ""] = flat[at + 1] ?? "";
  const names = Object.keys(wanted).sort();
  if (names.join() !== Object.keys(dimensions).sort().join()) return false;
  return names.every((name) => name === "stage" || wanted[name] === dimensions[name]);
}

/** Nearest rank for percentiles; undefined without a value. */
export function statistic(
  name: string,
  readings: readonly Pick<EmfReading, "values">[],
): number | undefined {
  const values = readings.flatMap((reading) => reading.values).sort((a, b) => a - b);
  if (values.length === 0) return undefined;
  const sum = values.reduce((total, value) => total + value, 0);
  if (name === "Sum") return sum;
  if (name === "Maximum") return values.at(-1);
  const percentile = /^p(\d+)$/.exec(name)?.[1];
  if (percentile === undefined) return sum / values.length;
  return values[Math.max(0, Math.ceil((Number(percentile) / 100) * values.length) - 1)];
}

const DrawnSchema = z
  .object({
    label: z.string().optional(),
    stat: z.string().optional(),
    period: z.number().optional(),
    visible: z.boolean().optional(),
  })
  .catch({});
