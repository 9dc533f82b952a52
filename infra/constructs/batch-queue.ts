import { Duration } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { functionTimeoutsSeconds } from "../../shared/config/function-timeouts.ts";
import { resourceNames } from "../../shared/config/names.ts";
import type { Stage } from "../stages/stages.ts";

/** The doorbell of the workers, and where a message goes that nobody understands. */
export class BatchQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    const names = resourceNames(stage.name);
    this.deadLetters = new Queue(this, "DeadLetters", {
      queueName: names.deadLetterQueue,
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    this.queue = new Queue(this, "Batches", {
      queueName: names.batchQueue,
      // Six times the function's timeout, as AWS asks for event-source mappings.
      visibilityTimeout: Duration.seconds(6 * functionTimeoutsSeconds["fetch-batch"]),
      retentionPeriod: Duration.days(4),
      receiveMessageWaitTime: Duration.seconds(20),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // The ledger decides what is poison; receive counts also grow by throttling.
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 1_000 },
    });
  }
}
