import type {
  MeasuredRun,
  RolloutFigures,
} from "../../shared/operations/rollout/rollout-figures.ts";
import type { MetricValue } from "../../shared/telemetry/metric-source.ts";
import { valueAxis, valueLabel } from "./chart-axes.ts";
import { drawChart, type Figure, ink } from "./draw-chart.ts";
import { number } from "./report-format.ts";

/** A threshold at which an alarm is raised. */
export type Line = { readonly value: number; readonly name: string; readonly colour: string };

/** The runs side by side, each along its own time, on one scale of values. */
export function overTime(
  title: string,
  unit: string,
  { sequential, concurrent }: RolloutFigures,
  valuesOf: (run: MeasuredRun) => readonly MetricValue[],
  lines: readonly Line[],
): Figure {
  const peak = (run: MeasuredRun) => Math.max(0, ...valuesOf(run).map(({ value }) => value));
  const top = Math.max(peak(sequential), peak(concurrent), ...lines.map(({ value }) => value));
  const said = (run: MeasuredRun) =>
    valuesOf(run).length === 0 ? "nothing recorded" : `at most ${number(peak(run))} when read`;
  const marks = lines.map(({ name, value }) => `${name} ≥ ${number(value)}`).join(", ");
  return {
    title,
    broad: false,
    caption: `${unit}; sequential ${said(sequential)}, concurrent ${said(concurrent)}; ${marks}`,
    draw: (size) =>
      drawChart(
        {
          title: [
            panelTitle("sequential", sequential, { left: 46 }),
            panelTitle("concurrent", concurrent, { left: "55%" }),
          ],
          grid: [
            { left: 46, right: "50%", top: 30, bottom: 26 },
            { left: "55%", right: 14, top: 30, bottom: 26 },
          ],
          xAxis: [sequential, concurrent].map((run, index) => timeAxis(run, index)),
          yAxis: [0, 1].map((index) => ({
            ...valueAxis(top * 1.12),
            gridIndex: index,
            axisLabel: { ...valueLabel, show: index === 0 },
          })),
          series: [
            curve(sequential, valuesOf(sequential), 0, ink.sequential, lines),
            curve(concurrent, valuesOf(concurrent), 1, ink.concurrent, lines),
          ],
        },
        size,
      ),
  };
}

function curve(
  run: MeasuredRun,
  values: readonly MetricValue[],
  index: number,
  colour: string,
  lines: readonly Line[],
) {
  return {
    type: "line",
    silent: true,
    xAxisIndex: index,
    yAxisIndex: index,
    showSymbol: values.length < 3,
    symbolSize: 6,
    color: colour,
    lineStyle: { width: 2, color: colour },
    areaStyle: { color: colour, opacity: 0.15 },
    data: values.map(({ fromMs, value }) => [Math.max(0, fromMs - run.startedAtMs) / 1_000, value]),
    markLine: {
      silent: true,
      symbol: "none",
      data: lines.map(({ value, name, colour: stroke }) => ({
        yAxis: value,
        lineStyle: { color: stroke, type: "dashed", width: 1.5 },
        label: {
          show: index === 1,
          position: "insideEndTop",
          color: stroke,
          formatter: `${name} ${number(value)}`,
        },
      })),
    },
  };
}

function panelTitle(name: string, { summary }: MeasuredRun, place: object) {
  return {
    ...place,
    top: 4,
    padding: 0,
    text: `${name}, ${number(summary.durationMs / 1_000)} s`,
    textStyle: { fontSize: 12, fontWeight: 600, color: ink.text },
  };
}

function timeAxis({ startedAtMs, endedAtMs }: MeasuredRun, gridIndex: number) {
  const seconds = Math.max(1, (endedAtMs - startedAtMs) / 1_000);
  const minutes = seconds > 180;
  return {
    type: "value",
    gridIndex,
    min: 0,
    max: seconds,
    interval: niceStep(minutes ? seconds / 60 : seconds) * (minutes ? 60 : 1),
    axisLine: { lineStyle: { color: ink.grid } },
    splitLine: { show: false },
    axisLabel: {
      color: ink.quiet,
      showMaxLabel: false,
      formatter: (at: number) => (minutes ? `${number(at / 60)} min` : `${number(at)} s`),
    },
  };
}

/** Three or four labels on an axis of that length. */
function niceStep(length: number): number {
  const rough = length / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((step) => step * power >= rough) ?? 10) * power;
}
