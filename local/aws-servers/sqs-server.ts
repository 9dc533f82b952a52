import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { buildApp } from "fauxqs";
import { localClientOptions, localNames, localRegion, queueArn, queuePath } from "./local-names.ts";
import { refusalBody, requestFault } from "./request-guard.ts";

export type SqsServer = {
  readonly url: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  stop(): Promise<void>;
};

/**
 * The batch queue and its dead-letter queue, in memory, in this process: messages only wake
 * workers, and what is sent stands in the ledger. Receive counts decide nothing, so the maximum is high.
 */
export async function startSqsServer(
  options: {
    readonly visibilitySeconds?: number;
    readonly maxReceiveCount?: number;
    /** The access key that requests are signed with; absent: any. */
    readonly key?: string | undefined;
  } = {},
): Promise<SqsServer> {
  // Not `startFauxqs`: that one listens on every interface.
  const app = buildApp({ logger: false, defaultRegion: localRegion });
  app.addHook("onRequest", async ({ headers }, reply) => {
    const fault = requestFault(headers, options.key);
    if (fault === undefined) return;
    await reply.code(403).type("application/x-amz-json-1.0").send(refusalBody(fault));
  });
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  const sqs = new SQSClient(localClientOptions(url, options.key));
  const { visibilitySeconds = 60, maxReceiveCount = 1_000 } = options;
  try {
    await sqs.send(new CreateQueueCommand({ QueueName: localNames.deadLetterQueue }));
    const deadLetterTargetArn = queueArn(localNames.deadLetterQueue);
    await sqs.send(
      new CreateQueueCommand({
        QueueName: localNames.batchQueue,
        Attributes: {
          VisibilityTimeout: String(visibilitySeconds),
          RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }),
        },
      }),
    );
  } catch (error) {
    await app.close();
    throw error;
  } finally {
    sqs.destroy();
  }
  // The URL that the server itself gives has a host name that not every machine resolves, and the
  // SDK sends to a queue's URL unless its client was built with an endpoint.
  return {
    url,
    queueUrl: `${url}${queuePath(localNames.batchQueue)}`,
    deadLetterQueueUrl: `${url}${queuePath(localNames.deadLetterQueue)}`,
    stop: () => app.close(),
  };
}
