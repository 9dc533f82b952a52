import { LineChart } from "echarts/charts";
import {
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
} from "echarts/components";
import { init, setPlatformAPI, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { Annotation, Widget } from "./dashboard-body.ts";
import type { TimeSpan } from "./recording.ts";
import type { WidgetSeries } from "./widget-series.ts";

use([LineChart, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, SVGRenderer]);

export const ink = { text: "#1c232b", quiet: "#66717f", edge: "#d5dae0" } as const;
const palette = [
  "#1f77b4",
  "#2ca02c",
  "#9467bd",
  "#8c564b",
  "#17becf",
  "#bcbd22",
  "#7f7f7f",
  "#e377c2",
];
const small = { fontSize: 10, color: ink.quiet };
const itemWidth = 12;
const itemGap = 8;
const legendLine = 15;

/** Without a browser no text is measured: this is what a wide font needs. */
const widthOf = (text: string) => 6.2 * text.length;
setPlatformAPI({ measureText: (text) => ({ width: widthOf(text) }) });

/** A graph as SVG elements: its series, its alarms' lines, a legend with each series' last value. */
export function drawGraph(
  { properties }: Widget,
  series: readonly WidgetSeries[],
  { fromMs, toMs }: TimeSpan,
  size: { readonly width: number; readonly height: number },
): string {
  const lines = properties.annotations?.horizontal ?? [];
  const legend = series.map((each) => ({ ...each, name: nameOf(each) }));
  const isRight = series.some(({ axis }) => axis === "right");
  const chart = init(null, null, { renderer: "svg", ssr: true, ...size });
  try {
    chart.setOption({
      animation: false,
      useUTC: true,
      textStyle: { fontFamily: "inherit" },
      title: {
        text: properties.title ?? "",
        left: 8,
        top: 6,
        textStyle: { fontSize: 13, fontWeight: "normal", color: ink.text },
      },
      grid: {
        left: 52,
        right: isRight ? 40 : 14,
        top: 48,
        bottom: 26 + legendLine * legendRows(legend, size.width),
      },
      legend: {
        left: 4,
        bottom: 2,
        icon: "rect",
        itemWidth,
        itemHeight: 3,
        itemGap,
        textStyle: { ...small, color: ink.text },
        data: legend.map(({ name }) => name),
      },
      xAxis: {
        type: "time",
        min: fromMs,
        max: toMs,
        axisLabel: { ...small, hideOverlap: true, alignMaxLabel: "right" },
        splitNumber: 4,
        axisLine: { lineStyle: { color: ink.edge } },
      },
      yAxis: [
        valueAxis(1.15 * topOf(series, "left", lines), properties.yAxis?.left?.label ?? ""),
        {
          ...valueAxis(1.6 * topOf(series, "right", []), ""),
          show: isRight,
          splitLine: { show: false },
        },
      ],
      series: [
        { type: "line", silent: true, data: [], markLine: markLine(lines) },
        ...legend.map(({ name, axis, points }, index) => ({
          type: "line",
          name,
          color: palette[index % palette.length],
          silent: true,
          yAxisIndex: axis === "right" ? 1 : 0,
          showSymbol: points.length === 1,
          lineStyle: { width: 1.5 },
          data: points.map(({ atMs, value }) => [atMs, value]),
        })),
      ],
    });
    return elementsOf(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}

/** The picture without its frame, and without the styles of a page that a mouse moves on. */
function elementsOf(svg: string): string {
  return svg
    .replace(/^<svg[^>]*>\n?/, "")
    .replace(/<\/svg>\s*$/, "")
    .replaceAll(/<style[^>]*>[\s\S]*?<\/style>\n?/g, "")
    .replaceAll(/ class="[^"]*"/g, "");
}

function valueAxis(max: number, name: string) {
  return {
    type: "value",
    name,
    nameTextStyle: { ...small, align: "left" },
    nameGap: 8,
    min: 0,
    max,
    splitNumber: 3,
    splitLine: { lineStyle: { color: ink.edge } },
    axisLabel: { ...small, formatter: short, showMaxLabel: false },
  };
}

function markLine(lines: readonly Annotation[]) {
  return {
    silent: true,
    symbol: "none",
    data: lines.map(({ value, label = String(value), color = ink.quiet }, index) => ({
      yAxis: value,
      lineStyle: { color, type: "dashed", width: 1 },
      // Neighbours may be close: their labels stand at either end.
      label: {
        position: index % 2 === 0 ? "insideEndTop" : "insideStartTop",
        fontSize: 9,
        color,
        formatter: label,
      },
    })),
  };
}

/** Series of one name would be one in the legend: cards have none. */
function nameOf({ label, points }: WidgetSeries): string {
  const last = points.at(-1);
  return `${label}: ${last === undefined ? "–" : short(last.value)}`;
}

function legendRows(legend: readonly { readonly name: string }[], width: number): number {
  let rows = 1;
  let used = 0;
  for (const { name } of legend) {
    const item = itemWidth + 5 + widthOf(name);
    if (used > 0 && used + item > width - itemGap) {
      rows += 1;
      used = 0;
    }
    used += item + itemGap;
  }
  return rows;
}

function topOf(
  series: readonly WidgetSeries[],
  axis: WidgetSeries["axis"],
  lines: readonly Annotation[],
): number {
  const values = series.flatMap((each) =>
    each.axis === axis ? each.points.map(({ value }) => value) : [],
  );
  return Math.max(1, ...values, ...lines.map(({ value }) => value));
}

function short(value: number): string {
  if (value >= 10_000) return `${Math.round(value / 1_000)}k`;
  if (value >= 10 || Number.isInteger(value)) return String(Math.round(value));
  return value.toFixed(1);
}
