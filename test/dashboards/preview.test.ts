import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { drawDashboard } from "../../dashboards/preview/draw-dashboard.ts";
import { exampleRun } from "../../dashboards/preview/example-run.ts";
import { recordingOfLog } from "../../dashboards/preview/recording.ts";
import { widgetSeries } from "../../dashboards/preview/widget-series.ts";
import { synthesisedStacks } from "../infra/synthesised-stacks.ts";
import { aRun } from "../support/samples/a-run.ts";
import { emfRecords } from "../support/samples/emf-records.ts";
import { dashboardBody } from "./dashboard-body.ts";

const body = dashboardBody(synthesisedStacks("dev").observability);
const titles = body.widgets.flatMap(({ properties }) => properties.title ?? []);

test("the preview has every widget, and every line that an alarm draws", () => {
  const svg = drawDashboard(body, recordingOfLog(""));
  expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  for (const title of titles) expect(svg).toContain(`>${title}<`);
  for (const { properties } of body.widgets) {
    for (const { label } of properties.annotations?.horizontal ?? []) {
      expect(svg).toContain(`>${label?.replace(">", "&gt;").replace("'", "&#39;")}<`);
    }
  }
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
  const svg = drawDashboard(body, recordingOfLog(log.join("\n")));
  expect(svg).toContain("batches waiting, the fullest run: 7");
  expect(svg).toContain("exceeded (Google refused): –");
});

test("the example run has figures for every series of every card", () => {
  for (const widget of body.widgets) {
    for (const { label, points } of widgetSeries(widget, exampleRun)) {
      expect(points.length, `${widget.properties.title}: ${label}`).toBeGreaterThan(0);
    }
  }
});

test("a sum of metrics is drawn in its unit", () => {
  const widget = body.widgets.find(
    ({ properties }) => properties.title === "Cost drivers: functions an hour",
  );
  if (widget === undefined) throw new Error("there is no such card");
  const valuesOf = () => [{ atMs: 1_000, value: 500 }];
  const recording = { headline: "", span: { fromMs: 0, toMs: 1_000 }, valuesOf };
  const [seconds] = widgetSeries(widget, recording);
  const functions = (widget.properties.metrics ?? []).length - 1;
  expect(seconds?.points.at(-1)).toEqual({ atMs: 1_000, value: functions / 2 });
});

test("the picture in the documents has the dashboard's cards", () => {
  const picture = readFileSync("docs/dashboard.svg", "utf8");
  const missing = titles.filter((title) => !picture.includes(`>${title}<`));
  expect(missing, "npm run dashboard-preview -- --output docs/dashboard.svg").toEqual([]);
});
