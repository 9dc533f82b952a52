import { setTimeout } from "node:timers/promises";
import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { homeMetricNames } from "../../shared/telemetry/metric-names.ts";
import { localStage } from "../aws-servers/local-names.ts";
import type { MetricSeries } from "./metric-series.ts";

const pollMs = 1_000;
const tellAgainMs = 60_000;

/**
 * What SQS itself measures in AWS: how many messages wait. Kept when it changes, and once a minute,
 * so that a quiet queue is told apart from one that nobody watched.
 */
export function sampleQueueDepth(options: {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly series: MetricSeries;
}): { close(): Promise<void> } {
  const closing = new AbortController();
  let told = { depth: Number.NaN, atMs: 0 };

  async function look(): Promise<void> {
    const { Attributes } = await options.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: options.queueUrl,
        AttributeNames: ["ApproximateNumberOfMessages"],
      }),
      { abortSignal: closing.signal },
    );
    const depth = Number(Attributes?.ApproximateNumberOfMessages ?? 0);
    const atMs = Date.now();
    if (depth === told.depth && atMs - told.atMs < tellAgainMs) return;
    told = { depth, atMs };
    options.series.add({
      atMs,
      dimensions: { stage: localStage },
      properties: {},
      metrics: { [homeMetricNames.mailboxDepth]: ["Count", depth] },
    });
  }

  async function watch(): Promise<void> {
    while (!closing.signal.aborted) {
      // A queue that does not answer is seen by those that need it.
      await look().catch(() => {});
      await setTimeout(pollMs, undefined, { signal: closing.signal }).catch(() => {});
    }
  }

  const watching = watch();
  return {
    async close() {
      closing.abort();
      await watching;
    },
  };
}
