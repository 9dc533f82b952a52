import { expect, test } from "vitest";
import { drawDashboard } from "../../dashboards/preview/draw-dashboard.ts";
import { emfReadings } from "../../dashboards/preview/emf-readings.ts";
import { statistic } from "../../dashboards/preview/widget-series.ts";
import { synthesisedStacks } from "../infra/synthesised-stacks.ts";
import { aRun } from "../support/samples/a-run.ts";
import { emfRecords } from "../support/samples/emf-records.ts";
import { dashboardBody } from "./dashboard-body.ts";

const body = dashboardBody(synthesisedStacks("dev").observability);

test("the preview has every widget, and every line that an alarm draws", () => {
  const svg = drawDashboard(body, []);
  expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  for (const { properties } of body.widgets) {
    if (properties.title !== undefined) expect(svg).toContain(`>${properties.title}<`);
    for (const { label } of properties.annotations?.horizontal ?? []) {
      expect(svg).toContain(`>${label?.replace(">", "&gt;")}<`);
    }
  }
  expect(svg).toContain("No figures were given");
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
});

test("what the handlers have logged is drawn, of other metrics nothing", () => {
  const { telemetry, records } = emfRecords();
  telemetry.queue(aRun({ admitted: 10, next: 3 }), 0);
  const log = [
    "plain text",
    '{"message":"a line"}',
    ...records.map((record) => JSON.stringify(record)),
  ];
  const readings = emfReadings(log.join("\n"));
  expect(readings).toMatchObject([
    { name: "QueueSize", values: [7], dimensions: { service: "gsc-sync", stage: "test" } },
    { name: "InFlight", values: [0] },
    { name: "LeaseExpiries", values: [0] },
  ]);
  const svg = drawDashboard(body, readings);
  expect(svg).toContain("batches waiting, the fullest run: 7");
  expect(svg).toContain("exceeded (Google refused): –");
});

test.each([
  ["Sum", 10],
  ["Maximum", 4],
  ["Average", 2.5],
  ["p50", 2],
  ["p99", 4],
])("%s of 1, 2, 3 and 4 is %d", (name, expected) => {
  expect(statistic(name, [{ values: [3, 1] }, { values: [4, 2] }])).toBe(expected);
  expect(statistic(name, [])).toBeUndefined();
});
