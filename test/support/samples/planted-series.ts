import { onTestFinished } from "vitest";
import { homeMetricSource } from "../../../local/metrics/home-metric-source.ts";
import { openMetricSeries } from "../../../local/metrics/metric-series.ts";
import { type MetricName, metricNames } from "../../../shared/telemetry/metric-names.ts";
import { temporaryFolder } from "../temporary-folder.ts";

export type Planted = { readonly [Key in keyof typeof metricNames]?: number };

/** A home's recorded metrics, made up. Gone when the test has finished. */
export function plantedSeries() {
  const folder = temporaryFolder();
  const series = openMetricSeries(folder);
  onTestFinished(() => series.close());
  return {
    metrics: homeMetricSource(folder),
    plant(atMs: number, values: Planted, scope?: "property" | "account"): void {
      const metrics: Record<MetricName, [string, number]> = Object.assign({});
      for (const key of Object.keys(metricNames).filter(isPlanted)) {
        metrics[metricNames[key]] = ["Count", values[key] ?? 0];
      }
      const dimensions = { stage: "local", ...(scope === undefined ? {} : { scope }) };
      series.add({ atMs, dimensions, properties: {}, metrics });

      function isPlanted(name: string): name is keyof typeof metricNames {
        return name in values;
      }
    },
  };
}
