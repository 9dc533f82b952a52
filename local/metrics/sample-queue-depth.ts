import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { homeMetricNames } from "../../shared/telemetry/metric-names.ts";
import { localStage } from "../aws-servers/local-names.ts";
import type { MetricSeries } from "./metric-series.ts";

const pollMs = 1_000;
const repeatMs = 60_000;

/**
 * Samples how many messages wait in the queue; in AWS, SQS measures this itself. A sample is stored
 * when the depth changes, and once a minute, so that a quiet queue differs from an unsampled one.
 */
export function sampleQueueDepth(options: {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly series: MetricSeries;
}): { close(): Promise<void> } {
  const closing = new AbortController();
  let stored = { depth: Number.NaN, atMs: 0 };

  async function sample(): Promise<void> {
    const { Attributes } = await options.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: options.queueUrl,
        AttributeNames: ["ApproximateNumberOfMessages"],
      }),
      { abortSignal: closing.signal },
    );
    const depth = Number(Attributes?.ApproximateNumberOfMessages ?? 0);
    const atMs = Date.now();
    if (depth === stored.depth && atMs - stored.atMs < repeatMs) return;
    stored = { depth, atMs };
    options.series.add({
      atMs,
      dimensions: { stage: localStage },
      properties: {},
      metrics: { [homeMetricNames.mailboxDepth]: ["Count", depth] },
    });
  }

  async function poll(): Promise<void> {
    while (!closing.signal.aborted) {
      // The functions that use the queue report it when it does not answer.
      await sample().catch(() => {});
      await systemClock.sleep(pollMs, closing.signal);
    }
  }

  const polling = poll();
  return {
    async close() {
      closing.abort();
      await polling;
    },
  };
}
