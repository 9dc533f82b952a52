import { Metrics } from "@aws-lambda-powertools/metrics";
import { describe, expect, test, vi } from "vitest";
import { emfTelemetry } from "../../shared/telemetry/emf-telemetry.ts";
import { parseEmfLine, pointsOf } from "../../shared/telemetry/metric-record.ts";
import { aRun } from "../support/samples/a-run.ts";

const figures = {
  ...{ units: 4, requests: 5, retries: 1, deferred: 2, exceeded: 0 },
  ...{ durationMs: 1_234, memoryMb: 100, sentBySecond: {} },
};

/** What a handler prints for what it measures. */
function printed(measure: (telemetry: ReturnType<typeof emfTelemetry>) => void): readonly string[] {
  const lines: string[] = [];
  const metrics = new Metrics({ namespace: "GscSync", defaultDimensions: { stage: "test" } });
  const publish = vi.spyOn(metrics, "publishStoredMetrics").mockImplementation(() => {
    lines.push(JSON.stringify(metrics.serializeMetrics()));
    metrics.clearMetrics();
    metrics.clearDimensions();
    metrics.clearMetadata();
    return metrics;
  });
  measure(emfTelemetry(metrics));
  publish.mockRestore();
  return lines;
}

function pointsIn(line: string | undefined) {
  const record = parseEmfLine(line ?? "", "GscSync");
  if (record === undefined) throw new Error(`no record: ${line}`);
  return pointsOf(record);
}

describe("what a handler prints", () => {
  test("comes back as points with their units, dimensions and properties", () => {
    const details = { batchId: "b000001", status: "settled", crashes: 0 };
    const [line] = printed((telemetry) => telemetry.take(aRun(), figures, details));
    const points = pointsIn(line);
    expect(points.find(({ name }) => name === "BatchDuration")).toEqual({
      name: "BatchDuration",
      unit: "Milliseconds",
      value: 1_234,
      atMs: expect.closeTo(Date.now(), -5),
      dimensions: expect.objectContaining({ stage: "test" }),
      properties: expect.objectContaining({
        runId: "run-1",
        batchId: "b000001",
        status: "settled",
      }),
    });
    expect(points.find(({ name }) => name === "BatchRetries")).toMatchObject({ value: 1 });
    for (const { dimensions, properties } of points) {
      expect(dimensions).not.toHaveProperty("runId");
      expect(properties).not.toHaveProperty("stage");
      expect(properties).not.toHaveProperty("BatchSize");
    }
  });

  test.each([
    ["returned", 1],
    ["halted", 1],
    ["settled", 0],
    ["lost", 0],
  ])("of a take that was %s counts %i requeues, and its crashes", (status, requeues) => {
    const details = { batchId: "b000001", status, crashes: 2 };
    const [line] = printed((telemetry) => telemetry.takeEnded(aRun(), details));
    expect(pointsIn(line)).toMatchObject([
      { name: "Requeues", value: requeues },
      { name: "WorkerCrashes", value: 2 },
    ]);
  });

  test("of a run that was halted has how long its workers took to stop", () => {
    const run = aRun({ status: "halted", haltedAtMs: 1_000, endedAtMs: 1_700 });
    const [line] = printed((telemetry) => telemetry.runEnded(run, 0));
    expect(pointsIn(line)).toMatchObject([
      { name: "UnitsFailed" },
      { name: "HaltDuration", value: 700 },
    ]);
  });
});

test.each([
  "",
  "plain text",
  '{"level":"INFO","message":"CloudWatchMetrics"}',
  '{"_aws":{"CloudWatchMetrics":',
  '{"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"Other","Dimensions":[["a"]],"Metrics":[{"Name":"X"}]}]},"X":1}',
  '{"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"GscSync","Dimensions":[["a"]],"Metrics":[{"Name":"X"}]}]},"X":"text"}',
])("a line that is no metric of ours is none: %s", (line) => {
  expect(parseEmfLine(line, "GscSync")).toBeUndefined();
});

test("several values of a metric are several points", () => {
  const line =
    '{"_aws":{"Timestamp":7,"CloudWatchMetrics":[{"Namespace":"GscSync","Dimensions":[["a"],["a","b"]],"Metrics":[{"Name":"X","Unit":"Count"}]}]},"X":[3,4],"a":"1","b":"2","c":3}';
  const common = { name: "X", unit: "Count", atMs: 7, dimensions: { a: "1", b: "2" } };
  expect(pointsIn(line)).toEqual(
    [3, 4].map((value) => ({ ...common, value, properties: { c: 3 } })),
  );
});
