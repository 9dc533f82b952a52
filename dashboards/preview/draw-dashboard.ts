import type { DashboardBody, Widget } from "./dashboard-body.ts";
import { drawGraph, ink } from "./draw-graph.ts";
import type { Recording } from "./recording.ts";
import { widgetSeries } from "./widget-series.ts";

/** Pixels of CloudWatch's 24 columns and of its rows. */
const column = 60;
const row = 40;
const gap = 8;
const headHeight = 28;

/** The dashboard as one self-contained SVG: its layout, its lines, and a recording's figures. */
export function drawDashboard({ widgets }: DashboardBody, recording: Recording): string {
  const height = headHeight + Math.max(...widgets.map((each) => (each.y + each.height) * row));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${24 * column} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="${ink.text}" role="img" aria-label="The dashboard">`,
    "<title>The dashboard</title>",
    '<rect width="100%" height="100%" fill="#f4f5f7"/>',
    `<g fill="${ink.quiet}">${text(gap, 19, recording.headline)}</g>`,
    ...widgets.map((widget) => drawWidget(widget, recording)),
    "</svg>\n",
  ].join("\n");
}

function drawWidget(widget: Widget, recording: Recording): string {
  const x = widget.x * column + gap / 2;
  const y = headHeight + widget.y * row + gap / 2;
  const size = { width: widget.width * column - gap, height: widget.height * row - gap };
  const content = contentOf(widget, recording, size);
  return `<g transform="translate(${x} ${y})"><rect width="${size.width}" height="${size.height}" rx="3" fill="#ffffff" stroke="${ink.edge}"/>${content}</g>`;
}

function contentOf(
  widget: Widget,
  recording: Recording,
  size: { readonly width: number; readonly height: number },
): string {
  const { title = "", markdown = "", alarms = [], query = "" } = widget.properties;
  const heading = text(12, 18, title);
  switch (widget.type) {
    case "metric":
      return drawGraph(widget, widgetSeries(widget, recording), recording.span, size);
    case "text":
      return lines(markdown.replaceAll(/[#`]/g, ""), 20);
    case "alarm":
      return heading + alarmNames(alarms, size.width);
    case "log":
      return (
        heading +
        lines(query.replaceAll(/SOURCE '[^']+'\s*\|\s*/g, "").replaceAll("| ", "\n| "), 40)
      );
    default:
      return widget.type satisfies never;
  }
}

function alarmNames(names: readonly string[], width: number): string {
  const columns = 4;
  return names
    .map((name, index) => {
      const x = 12 + (index % columns) * ((width - 24) / columns);
      const y = 40 + Math.floor(index / columns) * 19;
      return `<rect x="${x}" y="${y - 9}" width="10" height="10" fill="${ink.edge}"/>${text(x + 15, y, name)}`;
    })
    .join("");
}

function lines(content: string, from: number): string {
  return content
    .split("\n")
    .filter((each) => each.trim() !== "")
    .map((each, index) => text(12, from + index * 17, each.trim()))
    .join("");
}

function text(x: number, y: number, content: string): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `<text x="${x}" y="${y}">${escaped}</text>`;
}
