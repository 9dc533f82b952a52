import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, TitleComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, MarkLineComponent, TitleComponent, SVGRenderer]);

/** Custom properties of the page, so that a plot follows its light and dark. */
export const ink = {
  text: "var(--text)",
  quiet: "var(--quiet)",
  grid: "var(--grid)",
  sequential: "var(--sequential)",
  concurrent: "var(--concurrent)",
  warn: "var(--warn)",
  page: "var(--page-line)",
} as const;

export type ChartSize = { readonly width: number; readonly height: number };

/** A plot with the words that stand for it where it cannot be seen. */
export type Figure = {
  readonly title: string;
  readonly caption: string;
  /** It has a point a day, and wants the page's whole width. */
  readonly broad: boolean;
  draw(size: ChartSize): string;
};

/** A plot as an SVG element that scales with its place. */
export function drawChart(options: EChartsCoreOption, { width, height }: ChartSize): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: "inherit" }, ...options });
    return chart
      .renderToSVGString()
      .replace(
        /^<svg width="\d+" height="\d+"/,
        `<svg width="100%" style="max-width:${width}px" aria-hidden="true"`,
      );
  } finally {
    chart.dispose();
  }
}
