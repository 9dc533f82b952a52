import { ink } from "./draw-chart.ts";
import { number } from "./report-format.ts";

/** The axis ends above its highest round value. */
export const valueLabel = { color: ink.quiet, formatter: number, showMaxLabel: false };

export function valueAxis(max: number) {
  return {
    type: "value",
    min: 0,
    max: Math.max(1, Math.ceil(max)),
    splitNumber: 4,
    splitLine: { lineStyle: { color: ink.grid } },
    axisLabel: valueLabel,
  };
}

export function categoryAxis(data: readonly string[]) {
  return {
    type: "category",
    data,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: ink.grid } },
    axisLabel: { color: ink.quiet, hideOverlap: true },
  };
}
