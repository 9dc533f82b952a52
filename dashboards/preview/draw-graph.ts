import type { Annotation, Widget } from "./dashboard-body.ts";
import { type Box, colours, line, type Svg, text } from "./svg.ts";
import type { TimeSpan, WidgetSeries } from "./widget-series.ts";

const legendWidth = 190;
const legendLine = 14;

/** A graph: its lines, its alarms' lines, and a legend with each series' last value. */
export function drawGraph(
  widget: Widget,
  series: readonly WidgetSeries[],
  span: TimeSpan,
  box: Box,
): Svg {
  const lines = widget.properties.annotations?.horizontal ?? [];
  const legendRows = Math.ceil(series.length / Math.max(1, Math.floor(box.width / legendWidth)));
  const plot = {
    x: box.x + 44,
    y: box.y + 40,
    width: box.width - 56,
    height: Math.max(30, box.height - 56 - legendRows * legendLine),
  };
  const top = topOf(series, lines);
  const at = (value: number) => plot.y + plot.height * (1 - value / top);
  const when = (ms: number) =>
    plot.x + (plot.width * (ms - span.fromMs)) / Math.max(1, span.toMs - span.fromMs);
  const unit = widget.properties.yAxis?.left?.label;
  return [
    ...[0, 0.5, 1].map((share) => {
      const y = at(top * share);
      return (
        line(
          [
            [plot.x, y],
            [plot.x + plot.width, y],
          ],
          colours.edge,
          { width: 0.7 },
        ) +
        text(plot.x - 5, y + 4, short(top * share), { size: 9, colour: colours.quiet, end: true })
      );
    }),
    unit === undefined ? "" : text(plot.x, plot.y - 5, unit, { size: 9, colour: colours.quiet }),
    ...lines.map((each) => drawLine(each, at(each.value), plot)),
    ...series.map(({ points }, index) =>
      points.length === 0
        ? ""
        : line(
            points.map(({ atMs, value }) => [when(atMs), at(Math.min(value, top))] as const),
            colourOf(index),
          ),
    ),
    ...drawLegend(series, box, plot.y + plot.height + 16),
  ].join("");
}

function drawLine({ value, label = "", color }: Annotation, y: number, plot: Box): Svg {
  const colour = color ?? colours.quiet;
  return (
    line(
      [
        [plot.x, y],
        [plot.x + plot.width, y],
      ],
      colour,
      { dashed: true, width: 1 },
    ) + text(plot.x + plot.width, y - 3, label || String(value), { size: 9, colour, end: true })
  );
}

function drawLegend(series: readonly WidgetSeries[], box: Box, y: number): readonly Svg[] {
  const columns = Math.max(1, Math.floor(box.width / legendWidth));
  return series.map(({ label, points }, index) => {
    const x = box.x + 12 + (index % columns) * ((box.width - 24) / columns);
    const at = y + Math.floor(index / columns) * legendLine;
    const last = points.at(-1);
    const shown = last === undefined ? `${label}: –` : `${label}: ${short(last.value)}`;
    return (
      line(
        [
          [x, at - 4],
          [x + 12, at - 4],
        ],
        colourOf(index),
        { width: 3 },
      ) + text(x + 17, at, shown, { size: 10 })
    );
  });
}

function topOf(series: readonly WidgetSeries[], lines: readonly Annotation[]): number {
  const values = series.flatMap(({ points }) => points.map(({ value }) => value));
  const highest = Math.max(0, ...values, ...lines.map(({ value }) => value));
  return highest === 0 ? 1 : highest * 1.15;
}

function colourOf(index: number): string {
  return colours.series[index % colours.series.length] ?? colours.text;
}

function short(value: number): string {
  if (value >= 10_000) return `${Math.round(value / 1_000)}k`;
  if (value >= 10 || Number.isInteger(value)) return String(Math.round(value));
  return value.toFixed(1);
}
