import {
  type CloudWatchClient,
  type GetMetricDataCommandInput,
  type Metric,
  type MetricDataQuery,
  paginateGetMetricData,
} from "@aws-sdk/client-cloudwatch";
import { metricsNamespace, resourceNames, type StageName, serviceName } from "../config/names.ts";
import { homeMetricNames } from "./metric-names.ts";
import type { MetricQuery, MetricSource, MetricValue, MetricWindow } from "./metric-source.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const mostQueries = 500;

/**
 * A stage's metrics in CloudWatch, which keeps minutes for 15 days, then longer periods only. A
 * window begins on a multiple of its period: CloudWatch cuts no other ones.
 */
export function cloudWatchMetricSource(
  client: CloudWatchClient,
  { stage }: { readonly stage: StageName },
): MetricSource {
  async function readSome(
    queries: readonly MetricQuery[],
    window: MetricWindow,
  ): Promise<readonly (readonly MetricValue[])[]> {
    const values = queries.map((): MetricValue[] => []);
    const input: GetMetricDataCommandInput = {
      StartTime: new Date(window.fromMs),
      EndTime: new Date(window.toMs),
      ScanBy: "TimestampAscending",
      MetricDataQueries: queries.map((query, index) => asked(query, index, stage, window)),
    };
    for await (const { MetricDataResults = [] } of paginateGetMetricData({ client }, input)) {
      for (const { Id = "", Timestamps = [], Values = [] } of MetricDataResults) {
        for (const [at, timestamp] of Timestamps.entries()) {
          const value = Values[at];
          if (value !== undefined)
            values[indexOf(Id)]?.push({ fromMs: timestamp.getTime(), value });
        }
      }
    }
    return values.map((each) => each.filter(({ fromMs }) => fromMs >= window.fromMs));
  }

  return {
    shortestPeriodMs: 60_000,
    async read(queries, window) {
      const answers: (readonly MetricValue[])[] = [];
      for (let from = 0; from < queries.length; from += mostQueries) {
        answers.push(...(await readSome(queries.slice(from, from + mostQueries), window)));
      }
      return answers;
    },
  };
}

function asked(
  query: MetricQuery,
  index: number,
  stage: StageName,
  { periodMs }: MetricWindow,
): MetricDataQuery {
  return {
    Id: `q${index}`,
    MetricStat: {
      Metric: metricOf(query, stage),
      Period: periodMs / 1_000,
      Stat: query.statistic,
    },
  };
}

function indexOf(id: string): number {
  return Number(id.slice(1));
}

/** The depth of the mailbox is the queue's own metric; all others are emitted by handlers. */
function metricOf({ name, scope }: MetricQuery, stage: StageName): Metric {
  if (name === homeMetricNames.mailboxDepth) {
    const queue = resourceNames(stage).batchQueue;
    return {
      Namespace: "AWS/SQS",
      MetricName: "ApproximateNumberOfMessagesVisible",
      Dimensions: [{ Name: "QueueName", Value: queue }],
    };
  }
  return {
    Namespace: metricsNamespace,
    MetricName: name,
    Dimensions: [
      { Name: "service", Value: serviceName },
      { Name: "stage", Value: stage },
      ...(scope === undefined ? [] : [{ Name: "scope", Value: scope }]),
    ],
  };
}
