import type { DashboardBody, Widget } from "./dashboard-body.ts";
import { drawGraph } from "./draw-graph.ts";
import type { EmfReading } from "./emf-readings.ts";
import { type Box, colours, rectangle, type Svg, text } from "./svg.ts";
import { type TimeSpan, widgetSeries } from "./widget-series.ts";

/** Pixels of CloudWatch's 24 columns and of its rows. */
const column = 60;
const row = 40;
const gap = 8;
const headHeight = 28;

/** The dashboard as one self-contained SVG: its layout and lines, and what a log has to show in it. */
export function drawDashboard(body: DashboardBody, readings: readonly EmfReading[]): Svg {
  const span = spanOf(readings);
  const height = headHeight + Math.max(...body.widgets.map((each) => (each.y + each.height) * row));
  const width = 24 * column;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" role="img" aria-label="The dashboard">`,
    "<title>The dashboard</title>",
    rectangle({ x: 0, y: 0, width, height }, colours.page),
    text(gap, 19, headline(readings, span), { size: 12, colour: colours.quiet }),
    ...body.widgets.map((widget) => drawWidget(widget, readings, span)),
    "</svg>\n",
  ].join("\n");
}

function drawWidget(widget: Widget, readings: readonly EmfReading[], span: TimeSpan): Svg {
  const box = {
    x: widget.x * column + gap / 2,
    y: headHeight + widget.y * row + gap / 2,
    width: widget.width * column - gap,
    height: widget.height * row - gap,
  };
  const { title } = widget.properties;
  return [
    rectangle(box, colours.card, colours.edge),
    title === undefined ? "" : text(box.x + 12, box.y + 18, title, { size: 13 }),
    contentOf(widget, readings, span, box),
  ].join("");
}

function contentOf(widget: Widget, readings: readonly EmfReading[], span: TimeSpan, box: Box): Svg {
  const { markdown, alarms, query } = widget.properties;
  switch (widget.type) {
    case "metric":
      return drawGraph(widget, widgetSeries(widget, readings, span), span, box);
    case "text":
      return lines((markdown ?? "").replaceAll(/[#`]/g, "").split("\n"), box, 20);
    case "alarm":
      return drawAlarms(alarms ?? [], box);
    case "log":
      return lines((query ?? "").replaceAll("| ", "\n| ").split("\n"), box, 40);
    default:
      return widget.type satisfies never;
  }
}

function drawAlarms(names: readonly string[], box: Box): Svg {
  const columns = 4;
  return names
    .map((name, index) => {
      const x = box.x + 12 + (index % columns) * ((box.width - 24) / columns);
      const y = box.y + 40 + Math.floor(index / columns) * 19;
      return (
        rectangle({ x, y: y - 9, width: 10, height: 10 }, colours.edge) + text(x + 15, y, name)
      );
    })
    .join("");
}

function lines(content: readonly string[], box: Box, from: number): Svg {
  return content
    .filter((each) => each.trim() !== "")
    .map((each, index) => text(box.x + 12, box.y + from + index * 17, each.trim(), { size: 12 }))
    .join("");
}

function spanOf(readings: readonly EmfReading[]): TimeSpan {
  const times = readings.map(({ atMs }) => atMs);
  if (times.length === 0) return { fromMs: 0, toMs: 60_000 };
  const [fromMs, toMs] = [
    times.reduce((a, b) => Math.min(a, b)),
    times.reduce((a, b) => Math.max(a, b)),
  ];
  return { fromMs, toMs: Math.max(toMs, fromMs + 1_000) };
}

function headline(readings: readonly EmfReading[], { fromMs, toMs }: TimeSpan): string {
  if (readings.length === 0) return "Preview: layout and lines. No figures were given.";
  const seconds = Math.round((toMs - fromMs) / 1_000);
  return `Preview from the logs of a home: ${readings.length} EMF values over ${seconds} s, each point the metric's own period before it. What only AWS measures (–) is empty.`;
}
