import { Duration } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as LambdaTarget } from "aws-cdk-lib/aws-events-targets";
import { Construct } from "constructs";
import type { Stage } from "../stages/stages.ts";
import { grantLedger, grantRegistry } from "./grants.ts";
import { HandlerFunction } from "./handler-function.ts";
import type { RowsAccess } from "./rows-access.ts";

export type FreshnessProps = {
  readonly stage: Stage;
  readonly ledger: Table;
  readonly rows: RowsAccess;
};

/** Measures every hour how far behind the stored days are. */
export class Freshness extends Construct {
  readonly measureFreshness: HandlerFunction;

  constructor(scope: Construct, id: string, { stage, ledger, rows }: FreshnessProps) {
    super(scope, id);
    this.measureFreshness = new HandlerFunction(this, "MeasureFreshness", {
      stage,
      name: "measure-freshness",
      memoryMb: 512,
    });
    grantLedger(this.measureFreshness, ledger);
    grantRegistry(this.measureFreshness, ledger);
    rows.grant(this.measureFreshness);
    new Rule(this, "Hourly", {
      description: "How far behind the stored days are",
      schedule: Schedule.rate(Duration.hours(1)),
      targets: [new LambdaTarget(this.measureFreshness)],
    });
  }
}
