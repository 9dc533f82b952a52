import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import { EventBus } from "aws-cdk-lib/aws-events";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import { environmentNames, type FunctionName, resourceNames } from "../../shared/config/names.ts";
import { BatchQueue } from "../constructs/batch-queue.ts";
import { Freshness } from "../constructs/freshness.ts";
import {
  grantAccounts,
  grantBatches,
  grantDeadLetters,
  grantEvents,
  grantLedger,
  grantQuota,
  grantRegistry,
} from "../constructs/grants.ts";
import { HandlerFunction } from "../constructs/handler-function.ts";
import { LeverControl } from "../constructs/lever-control.ts";
import { LostExecutions } from "../constructs/lost-executions.ts";
import { machineLogs } from "../constructs/machine-logs.ts";
import { acknowledgeMachine } from "../constructs/nag-suppressions.ts";
import { Nightly } from "../constructs/nightly.ts";
import { SchemaMigration } from "../constructs/schema-migration.ts";
import { StageParameter } from "../constructs/stage-parameter.ts";
import type { Stage } from "../stages/stages.ts";
import { SyncStateMachine } from "../state-machines/sync-state-machine.ts";
import type { DataStack } from "./data-stack.ts";

export type PipelineStackProps = StackProps & { readonly stage: Stage; readonly data: DataStack };

/** The queue, the functions and the state machines that work on runs. */
export class PipelineStack extends Stack {
  readonly batches: BatchQueue;
  readonly sync: StateMachine;
  readonly nightly: StateMachine;
  readonly functions: Readonly<Record<FunctionName, HandlerFunction>>;

  constructor(scope: Construct, id: string, { stage, data, ...props }: PipelineStackProps) {
    super(scope, id, props);
    const names = resourceNames(stage.name);
    const { ledger, quota, rows } = data;
    this.batches = new BatchQueue(this, "BatchQueue", stage);

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
    });
    const finishRun = new HandlerFunction(this, "FinishRun", {
      stage,
      name: "finish-run",
      memoryMb: 512,
    });
    for (const fn of [planRun, dispatchBatches, fetchBatch, finishRun]) grantLedger(fn, ledger);
    for (const fn of [planRun, fetchBatch, finishRun]) rows.grant(fn);
    grantRegistry(fetchBatch, ledger);
    for (const fn of [dispatchBatches, fetchBatch]) grantQuota(fn, quota);
    grantAccounts(fetchBatch, stage);
    const mapping = grantBatches(fetchBatch, this.batches.queue);
    if (!stage.reserveConcurrency) fetchBatch.addEnvironment(environmentNames.countTakes, "1");
    grantDeadLetters(fetchBatch, this.batches.deadLetters);

    // People who want the events of units and runs put rules on it.
    const events = new EventBus(this, "Events", { eventBusName: names.eventBus });
    for (const fn of [fetchBatch, finishRun]) grantEvents(fn, events);

    this.sync = new SyncStateMachine(this, "Sync", {
      planRun,
      dispatchBatches,
      finishRun,
      batchQueue: this.batches.queue,
      stateMachineName: names.stateMachine,
      logGroup: machineLogs(this, "SyncLogs", { stage, machineName: names.stateMachine }),
      tracing: stage.tracing,
    }).stateMachine;
    const nightly = new Nightly(this, "Nightly", { stage, ledger, rows, sync: this.sync });
    const lost = new LostExecutions(this, "LostExecutions", {
      stage,
      ledger,
      sync: this.sync,
      events,
    });
    const freshness = new Freshness(this, "Freshness", { stage, ledger, rows });
    const lever = new LeverControl(this, "LeverControl", {
      stage,
      ledger,
      worker: fetchBatch,
      mapping,
    });
    const migration = new SchemaMigration(this, "SchemaMigration", {
      stage,
      rows,
      before: [planRun, fetchBatch, finishRun, nightly.listProperties, freshness.measureFreshness],
    });

    this.nightly = nightly.stateMachine;
    this.functions = {
      "plan-run": planRun,
      "dispatch-batches": dispatchBatches,
      "fetch-batch": fetchBatch,
      "finish-run": finishRun,
      "list-properties": nightly.listProperties,
      "halt-run": lost.haltRun,
      "reconcile-runs": lost.reconcileRuns,
      "measure-freshness": freshness.measureFreshness,
      "migrate-schema": migration.migrateSchema,
      "apply-lever": lever.applyLever,
    };
    acknowledgeMachine(this.sync, {
      invokes: [planRun, dispatchBatches, finishRun],
      tracing: stage.tracing,
    });

    new StageParameter(this, "Description", {
      stage: stage.name,
      ledgerTable: ledger.tableName,
      quotaTable: quota.tableName,
      queueUrl: this.batches.queue.queueUrl,
      deadLetterQueueUrl: this.batches.deadLetters.queueUrl,
      eventBus: events.eventBusName,
      stateMachineArn: this.sync.stateMachineArn,
      nightlyStateMachineArn: this.nightly.stateMachineArn,
      rows: rows.place,
      worker: {
        functionName: fetchBatch.functionName,
        mappingId: mapping.eventSourceMappingId,
        reserved: stage.reserveConcurrency,
      },
      settings: {
        lever: stage.lever,
        inFlight: stage.maxInFlight,
        queueSize: stage.maxQueueSize,
        ...(stage.qpm === undefined ? {} : { qpm: stage.qpm }),
      },
    });
    new CfnOutput(this, "SyncStateMachineArn", { value: this.sync.stateMachineArn });
    new CfnOutput(this, "NightlyStateMachineArn", { value: this.nightly.stateMachineArn });
    new CfnOutput(this, "BatchQueueUrl", { value: this.batches.queue.queueUrl });
    new CfnOutput(this, "EventBusName", { value: events.eventBusName });
    new CfnOutput(this, "DeadLetterQueueUrl", { value: this.batches.deadLetters.queueUrl });
  }
}
