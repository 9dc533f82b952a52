import { CfnOutput, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { EventBus } from "aws-cdk-lib/aws-events";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { resourceNames } from "../../shared/config/names.ts";
import { BatchQueue } from "../constructs/batch-queue.ts";
import {
  grantBatches,
  grantDeadLetters,
  grantEvents,
  grantLedger,
  grantQuota,
  grantRows,
} from "../constructs/grants.ts";
import { HandlerFunction } from "../constructs/handler-function.ts";
import type { Stage } from "../stages.ts";
import { SyncStateMachine } from "../sync-state-machine.ts";
import type { DataStack } from "./data-stack.ts";

export type PipelineStackProps = StackProps & { readonly stage: Stage; readonly store: DataStack };

/** The queue, the functions and the state machine that carries a run through them. */
export class PipelineStack extends Stack {
  constructor(scope: Construct, id: string, { stage, store, ...props }: PipelineStackProps) {
    super(scope, id, props);
    const names = resourceNames(stage.name);
    const batches = new BatchQueue(this, "BatchQueue", stage);

    const planRun = new HandlerFunction(this, "PlanRun", {
      stage,
      name: "plan-run",
      memoryMb: 512,
    });
    const dispatchBatches = new HandlerFunction(this, "DispatchBatches", {
      stage,
      name: "dispatch-batches",
      memoryMb: 512,
    });
    const fetchBatch = new HandlerFunction(this, "FetchBatch", {
      stage,
      name: "fetch-batch",
      memoryMb: 1_024,
      reservedConcurrency: stage.lever,
    });
    const finishRun = new HandlerFunction(this, "FinishRun", {
      stage,
      name: "finish-run",
      memoryMb: 512,
    });

    for (const fn of [planRun, dispatchBatches, fetchBatch, finishRun]) {
      grantLedger(fn, store.ledger);
      grantQuota(fn, store.quota);
      grantRows(fn, store.postgresUrl);
    }
    grantBatches(fetchBatch, batches.queue, stage.lever);
    grantDeadLetters(fetchBatch, batches.deadLetters);
    // Whoever wants to hear of units and runs puts rules on it.
    const events = new EventBus(this, "Events", { eventBusName: names.eventBus });
    for (const fn of [fetchBatch, finishRun]) grantEvents(fn, events);

    const sync = new SyncStateMachine(this, "Sync", {
      planRun,
      dispatchBatches,
      finishRun,
      batchQueue: batches.queue,
      stateMachineName: names.stateMachine,
      logGroup: new LogGroup(this, "SyncLogs", {
        logGroupName: `/aws/vendedlogs/states/${names.stateMachine}`,
        retention: stage.logRetentionDays,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    });
    new CfnOutput(this, "SyncStateMachineArn", { value: sync.stateMachine.stateMachineArn });
    new CfnOutput(this, "BatchQueueUrl", { value: batches.queue.queueUrl });
    new CfnOutput(this, "EventBusName", { value: events.eventBusName });
    new CfnOutput(this, "DeadLetterQueueUrl", { value: batches.deadLetters.queueUrl });
  }
}
