import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { App } from "aws-cdk-lib";
import { CfnAlarm, CfnDashboard } from "aws-cdk-lib/aws-cloudwatch";
import { parseDashboardBody } from "../dashboards/preview/dashboard-body.ts";
import { drawDashboard } from "../dashboards/preview/draw-dashboard.ts";
import { exampleRun } from "../dashboards/preview/example-run.ts";
import { type Recording, recordingOfLog } from "../dashboards/preview/recording.ts";
import { ObservabilityStack } from "./stacks/observability-stack.ts";
import { stageNamed } from "./stages/stages.ts";

// A program, `npm run dashboard-preview`: draws a stage's dashboard, as CDK synthesises it, as one
// SVG. Its figures are those of a home's functions' logs, or of an example run.

const { values } = parseArgs({
  options: {
    stage: { type: "string", default: "dev" },
    home: { type: "string" },
    output: { type: "string", default: "output/dashboard.svg" },
  },
});

const stack = new ObservabilityStack(new App({ analyticsReporting: false }), "preview", {
  stage: stageNamed(values.stage),
});
const dashboard = stack.node.findAll().find((each) => CfnDashboard.isCfnDashboard(each));
if (dashboard === undefined) throw new Error("the stack has no dashboard");
const alarms = stack.node.findAll().filter((each) => CfnAlarm.isCfnAlarm(each));
const body = parseDashboardBody(
  stack.resolve(dashboard.dashboardBody),
  Object.fromEntries(
    alarms.map((alarm) => [stack.resolve(alarm.logicalId), alarm.alarmName ?? ""]),
  ),
);
const svg = drawDashboard(
  body,
  values.home === undefined ? exampleRun : await recordingOf(values.home),
);
const output = resolve(values.output);
await mkdir(dirname(output), { recursive: true });
await writeFile(output, svg);
console.log(output);

async function recordingOf(home: string): Promise<Recording> {
  const folder = join(home, "logs");
  const logs = (await readdir(folder)).filter((name) => name.endsWith(".log"));
  const texts = await Promise.all(logs.map((name) => readFile(join(folder, name), "utf8")));
  return recordingOfLog(texts.join("\n"));
}
