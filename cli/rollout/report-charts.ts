import type { EChartsCoreOption } from "echarts/core";
import type {
  MeasuredRun,
  RolloutFigures,
} from "../../shared/operations/rollout/rollout-figures.ts";
import { usageFractions } from "../../shared/quota/scopes.ts";
import { batchDurationMs, linesOf } from "../../shared/telemetry/thresholds.ts";
import { categoryAxis, valueAxis } from "./chart-axes.ts";
import { drawChart, type Figure, ink } from "./draw-chart.ts";
import { number } from "./report-format.ts";
import { overTime } from "./time-chart.ts";

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
          xAxis: categoryAxis(["p50", "p95", "p99"]),
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
    xAxis: categoryAxis(days.map(({ date }) => date)),
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
