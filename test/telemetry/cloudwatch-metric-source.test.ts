import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, expect, test } from "vitest";
import { cloudWatchMetricSource } from "../../shared/telemetry/cloudwatch-metric-source.ts";
import type { MetricQuery } from "../../shared/telemetry/metric-source.ts";

const cloudWatch = mockClient(CloudWatchClient);
const source = cloudWatchMetricSource(new CloudWatchClient({ region: "us-east-1" }), {
  stage: "dev",
});
const minute = 60_000;
const window = { fromMs: 10 * minute, toMs: 13 * minute, periodMs: minute };
const at = (index: number) => new Date(window.fromMs + index * minute);

beforeEach(() => cloudWatch.reset());

test("asks for our metrics by stage and scope, and for the queue's own", async () => {
  cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [] });
  const answers = await source.read(
    [
      { name: "BatchDuration", statistic: "p99" },
      { name: "QuotaUsage", statistic: "Maximum", scope: "property" },
      { name: "MailboxDepth", statistic: "Maximum" },
    ],
    window,
  );
  expect(answers).toEqual([[], [], []]);
  const [call] = cloudWatch.commandCalls(GetMetricDataCommand);
  expect(call?.args[0].input).toMatchObject({ StartTime: at(0), EndTime: at(3) });
  expect(call?.args[0].input.MetricDataQueries?.map(({ MetricStat }) => MetricStat)).toEqual([
    {
      Metric: {
        Namespace: "GscSync",
        MetricName: "BatchDuration",
        Dimensions: [
          { Name: "service", Value: "gsc-sync" },
          { Name: "stage", Value: "dev" },
        ],
      },
      Period: 60,
      Stat: "p99",
    },
    {
      Metric: {
        Namespace: "GscSync",
        MetricName: "QuotaUsage",
        Dimensions: [
          { Name: "service", Value: "gsc-sync" },
          { Name: "stage", Value: "dev" },
          { Name: "scope", Value: "property" },
        ],
      },
      Period: 60,
      Stat: "Maximum",
    },
    {
      Metric: {
        Namespace: "AWS/SQS",
        MetricName: "ApproximateNumberOfMessagesVisible",
        Dimensions: [{ Name: "QueueName", Value: "gsc-sync-dev-batches" }],
      },
      Period: 60,
      Stat: "Maximum",
    },
  ]);
});

test("reads every page, in the queries' order, and nothing from before the window", async () => {
  cloudWatch
    .on(GetMetricDataCommand)
    .resolvesOnce({
      MetricDataResults: [
        { Id: "q1", Timestamps: [at(-1), at(0)], Values: [9, 7] },
        { Id: "q0", Timestamps: [at(0)], Values: [1] },
      ],
      NextToken: "more",
    })
    .resolvesOnce({ MetricDataResults: [{ Id: "q0", Timestamps: [at(2)], Values: [3] }] });
  const answers = await source.read(
    [
      { name: "QueueSize", statistic: "Maximum" },
      { name: "InFlight", statistic: "Maximum" },
    ],
    window,
  );
  expect(answers).toEqual([
    [
      { fromMs: at(0).getTime(), value: 1 },
      { fromMs: at(2).getTime(), value: 3 },
    ],
    [{ fromMs: at(0).getTime(), value: 7 }],
  ]);
});

test("asks for 500 at once at most", async () => {
  cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries = [] }) => ({
    MetricDataResults: MetricDataQueries.map(({ Id }: { Id: string }) => ({
      Id,
      Timestamps: [at(0)],
      Values: [Number(Id.slice(1))],
    })),
  }));
  const queries = Array.from({ length: 501 }, (): MetricQuery => {
    return { name: "QueueSize", statistic: "Average" };
  });
  const answers = await source.read(queries, window);
  expect(answers.map(([first]) => first?.value)).toEqual([...Array(500).keys(), 0]);
  expect(cloudWatch.commandCalls(GetMetricDataCommand)).toHaveLength(2);
});
