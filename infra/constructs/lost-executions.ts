import { Duration } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { type EventBus, Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as LambdaTarget } from "aws-cdk-lib/aws-events-targets";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import type { Stage } from "../stages/stages.ts";
import { grantEvents, grantExecutions, grantLedger } from "./grants.ts";
import { HandlerFunction } from "./handler-function.ts";

export type LostExecutionsProps = {
  readonly stage: Stage;
  readonly ledger: Table;
  readonly sync: StateMachine;
  /** Where the ends of runs are published. */
  readonly events: EventBus;
};

/**
 * Halts the runs that no execution works on any more: at once when Step Functions says that an execution
 * was stopped, failed or timed out, and every five minutes for those of which no event came.
 */
export class LostExecutions extends Construct {
  readonly haltRun: HandlerFunction;
  readonly reconcileRuns: HandlerFunction;

  constructor(scope: Construct, id: string, { stage, ledger, sync, events }: LostExecutionsProps) {
    super(scope, id);
    this.haltRun = new HandlerFunction(this, "HaltRun", { stage, name: "halt-run", memoryMb: 512 });
    grantLedger(this.haltRun, ledger);
    grantEvents(this.haltRun, events);
    new Rule(this, "ExecutionEnded", {
      description: "An execution of the sync machine ended without its last state",
      eventPattern: {
        source: ["aws.states"],
        detailType: ["Step Functions Execution Status Change"],
        detail: {
          stateMachineArn: [sync.stateMachineArn],
          status: ["ABORTED", "FAILED", "TIMED_OUT"],
        },
      },
      targets: [new LambdaTarget(this.haltRun)],
    });

    this.reconcileRuns = new HandlerFunction(this, "ReconcileRuns", {
      stage,
      name: "reconcile-runs",
      memoryMb: 512,
    });
    grantLedger(this.reconcileRuns, ledger);
    grantEvents(this.reconcileRuns, events);
    grantExecutions(this.reconcileRuns, sync);
    new Rule(this, "Reconcile", {
      description: "Runs whose execution is gone are looked for",
      schedule: Schedule.rate(Duration.minutes(5)),
      targets: [new LambdaTarget(this.reconcileRuns)],
    });
  }
}
