import type { EChartsCoreOption } from "echarts/core";
import type { MeasuredRun, RolloutFigures } from "../../shared/rollout/rollout-figures.ts";
import type { MetricValue } from "../../shared/telemetry/metric-source.ts";
import { batchDurationMs, linesOf, usageFractions } from "../../shared/telemetry/thresholds.ts";
import { type ChartSize, drawChart, ink } from "./draw-chart.ts";
import { number } from "./report-format.ts";

/** A plot with the words that stand for it where it cannot be seen. */
export type Figure = {
  readonly title: string;
  readonly caption: string;
  /** It has a point a day, and wants the page's whole width. */
  readonly broad: boolean;
  draw(size: ChartSize): string;
};

type Line = { readonly value: number; readonly name: string; readonly colour: string };

export function reportFigures(figures: RolloutFigures): readonly Figure[] {
  const { asked, sequential, concurrent, qpmLimit } = figures;
  const { queueSize, inFlight } = linesOf(asked);
  return [
    overTime(
      "Queue depth",
      "batches",
      figures,
      (run) => run.series.queueSize,
      bothLines(queueSize),
    ),
    overTime("In flight", "batches", figures, (run) => run.series.inFlight, bothLines(inFlight)),
    overTime(
      "Requests a minute",
      "page requests in the current rolling minute",
      figures,
      (run) => run.series.usage,
      bothLines({
        warn: qpmLimit * usageFractions.warn,
        page: Math.round(qpmLimit * usageFractions.page),
      }),
    ),
    percentiles(sequential, concurrent),
    rowsPerDay(figures),
  ];
}

function bothLines({ warn, page }: { readonly warn: number; readonly page: number }) {
  return [
    { value: warn, name: "warn", colour: ink.warn },
    { value: page, name: "page", colour: ink.page },
  ];
}

/** The runs side by side, each along its own time, on one scale of values. */
function overTime(
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

/** The axis ends above its highest round value. */
const valueLabel = { color: ink.quiet, formatter: number, showMaxLabel: false };

function valueAxis(max: number) {
  return {
    type: "value",
    min: 0,
    max: Math.max(1, Math.ceil(max)),
    splitNumber: 4,
    splitLine: { lineStyle: { color: ink.grid } },
    axisLabel: valueLabel,
  };
}

function percentiles(sequential: MeasuredRun, concurrent: MeasuredRun): Figure {
  const of = ({ summary: { batch } }: MeasuredRun) => [batch.p50Ms, batch.p95Ms, batch.p99Ms];
  const line = batchDurationMs.page;
  const top = Math.max(line, ...of(sequential), ...of(concurrent));
  const bars = (name: string, run: MeasuredRun, colour: string, marks: object) => ({
    type: "bar",
    name,
    silent: true,
    color: colour,
    barMaxWidth: 44,
    barGap: "15%",
    data: of(run),
    label: {
      show: true,
      position: "top",
      fontSize: 10,
      color: ink.text,
      formatter: ({ value }: { readonly value: unknown }) => number(Number(value)),
    },
    ...marks,
  });
  const page = {
    markLine: {
      silent: true,
      symbol: "none",
      data: [
        {
          yAxis: line,
          lineStyle: { color: ink.page, type: "dashed", width: 1.5 },
          label: {
            position: "insideStartTop",
            color: ink.page,
            formatter: `page at p99 ≥ ${number(line)}`,
          },
        },
      ],
    },
  };
  return {
    title: "Batch durations",
    broad: false,
    caption: `milliseconds, percentiles; p99 sequential ${number(sequential.summary.batch.p99Ms)}, concurrent ${number(concurrent.summary.batch.p99Ms)}; page ≥ ${number(line)}`,
    draw: (size) =>
      drawChart(
        {
          grid: { left: 52, right: 14, top: 16, bottom: 28 },
          xAxis: categories(["p50", "p95", "p99"]),
          yAxis: valueAxis(top * 1.15),
          series: [
            bars("sequential", sequential, ink.sequential, {}),
            bars("concurrent", concurrent, ink.concurrent, page),
          ],
        },
        size,
      ),
  };
}

function rowsPerDay({ compared: { days } }: RolloutFigures): Figure {
  const top = Math.max(
    1,
    ...days.flatMap((day) => [day.sequentialRows ?? 0, day.concurrentRows ?? 0]),
  );
  const different = days.filter(({ difference }) => difference !== null).length;
  const options: EChartsCoreOption = {
    grid: { left: 58, right: 14, top: 16, bottom: 28 },
    xAxis: categories(days.map(({ date }) => date)),
    yAxis: valueAxis(top * 1.1),
    series: [
      {
        type: "bar",
        silent: true,
        color: ink.sequential,
        barCategoryGap: "10%",
        data: days.map((day) => day.sequentialRows),
      },
      {
        type: "line",
        silent: true,
        color: ink.concurrent,
        symbol: "circle",
        symbolSize: 5,
        showSymbol: true,
        lineStyle: { width: 0 },
        data: days.map((day) => day.concurrentRows),
      },
    ],
  };
  return {
    title: "Rows per day",
    broad: true,
    caption: `bars sequential, dots concurrent: ${different === 0 ? `equal on all ${days.length} days` : `different on ${different} of ${days.length} days`}`,
    draw: (size) => drawChart(options, size),
  };
}

function categories(data: readonly string[]) {
  return {
    type: "category",
    data,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: ink.grid } },
    axisLabel: { color: ink.quiet, hideOverlap: true },
  };
}
