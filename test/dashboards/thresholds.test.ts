import { App, Stack } from "aws-cdk-lib";
import { expect, test } from "vitest";
import { sourcesOf } from "../../dashboards/base/sources.ts";
import { alarmDefinitions } from "../../dashboards/operations-alarms.ts";
import { linesOf } from "../../shared/telemetry/thresholds.ts";
import { synthesisedStacks } from "../infra/synthesised-stacks.ts";
import { dashboardBody } from "./dashboard-body.ts";

const playbook = { maxQueueSize: 1_000, maxInFlight: 10 };

test("the lines are the playbook's", () => {
  const { queueSize, inFlight, usage } = linesOf(playbook);
  expect(queueSize).toMatchObject({ warn: 500, page: 800 });
  expect(inFlight).toMatchObject({ warn: 8, page: 10 });
  expect(usage.property).toEqual({ limit: 1_200, warn: 960, escalate: 1_000, page: 1_100 });
  expect(usage.account).toEqual(usage.property);
});

test("the lines follow the limits of a stage", () => {
  expect(linesOf({ maxQueueSize: 200, maxInFlight: 5 })).toMatchObject({
    queueSize: { warn: 100, page: 160 },
    inFlight: { warn: 4, page: 5 },
  });
});

test("what a card draws is what its alarm is raised at", () => {
  const sources = sourcesOf(new Stack(new App(), "stack"), { name: "dev", ...playbook });
  const { widgets } = dashboardBody(synthesisedStacks("dev").observability);
  const drawn = widgets.flatMap(({ properties }) => properties.annotations?.horizontal ?? []);
  const labels = drawn.map(({ value, label = "" }) => `${value} ${label.split(" ")[0]}`);
  for (const { threshold, severity } of alarmDefinitions(sources).filter(({ id }) =>
    /^(queue-size|in-flight|batch-duration|quota-usage-property|quota-exceeded)/.test(id),
  )) {
    expect(labels).toContain(`${threshold} ${severity}`);
  }
});

test("the first five cards are the playbook's", () => {
  const { widgets } = dashboardBody(synthesisedStacks("dev").observability);
  const titles = widgets
    .filter(({ type }) => type === "metric")
    .map(({ properties }) => properties.title);
  expect(titles.slice(0, 5)).toEqual([
    "Queue depth",
    "In-flight batches",
    "Worker batch duration",
    "Requests a minute against the budget",
    "Quota events",
  ]);
});
