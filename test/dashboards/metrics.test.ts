import { App, Stack } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { expect, test } from "vitest";
import * as z from "zod";
import { type Series, sourcesOf } from "../../dashboards/base/sources.ts";
import { alarmDefinitions } from "../../dashboards/operations-alarms.ts";
import { metricsNamespace, serviceName } from "../../shared/config/names.ts";
import { metricNames } from "../../shared/telemetry/metric-names.ts";
import { synthesisedStacks } from "../infra/synthesised-stacks.ts";
import { dashboardBody } from "./dashboard-body.ts";
import { emittedMetrics } from "./emitted-metrics.ts";

const emitted = new Set(
  (await emittedMetrics()).map(({ name, dimensions }) => `${name} by ${dimensions.join(", ")}`),
);
const sources = sourcesOf(new Stack(new App(), "stack"), {
  name: "dev",
  maxQueueSize: 1_000,
  maxInFlight: 10,
});
const alarms = alarmDefinitions(sources);

test("every metric of ours that an alarm watches is emitted by a handler, dimensions and all", () => {
  const watched = alarms.flatMap(({ series }) => metricsOf(series)).filter(isOurs);
  expect(watched.length).toBeGreaterThan(10);
  for (const { metricName, dimensions = {} } of watched) {
    expect(emitted).toContain(`${metricName} by ${Object.keys(dimensions).sort().join(", ")}`);
    expect(dimensions).toMatchObject({ service: serviceName, stage: "dev" });
  }
});

test("every metric of ours that the dashboard draws is emitted by a handler", () => {
  const drawn = dashboardBody(synthesisedStacks("dev").observability)
    .widgets.flatMap(({ properties }) => properties.metrics ?? [])
    .filter(([namespace]) => namespace === metricsNamespace);
  expect(drawn.length).toBeGreaterThan(15);
  for (const [, name, ...rest] of drawn) {
    const dimensions = rest.filter((part) => typeof part === "string");
    const names = dimensions.filter((_, index) => index % 2 === 0).sort();
    expect(emitted).toContain(`${String(name)} by ${names.join(", ")}`);
  }
});

test("every metric that a handler emits is drawn", () => {
  const text = JSON.stringify(dashboardBody(synthesisedStacks("dev").observability));
  const drawnOnly = Object.values(metricNames).filter((name) => !text.includes(`"${name}"`));
  // How many units a batch had is a saved query's question.
  expect(drawnOnly).toEqual([metricNames.batchSize]);
});

function metricsOf(series: Series): readonly Metric[] {
  if (series instanceof Metric) return [series];
  return Object.values(series.usingMetrics).filter((used) => used instanceof Metric);
}

function isOurs({ namespace }: Metric): boolean {
  return namespace === metricsNamespace;
}

test("the dashboard holds no reference to a resource but its alarms", () => {
  const [dashboard] = Object.values(
    synthesisedStacks("dev").observability.findResources("AWS::CloudWatch::Dashboard"),
  );
  const body = z.object({ "Fn::Join": z.tuple([z.string(), z.array(z.unknown())]) });
  const [, pieces] = body.parse(dashboard?.Properties.DashboardBody)["Fn::Join"];
  const references = pieces.filter((piece) => typeof piece !== "string");
  expect(references.map((piece) => JSON.stringify(piece))).toSatisfy((all: string[]) =>
    all.every((piece) => /Alarms|AWS::(Region|Partition|AccountId)/.test(piece)),
  );
});
