import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { EventSourceMapping } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { Stage } from "../stages/stages.ts";
import { DeployStep } from "./deploy-step.ts";
import { grantLedger, grantWorkerLimits } from "./grants.ts";
import { HandlerFunction } from "./handler-function.ts";

export type LeverControlProps = {
  readonly stage: Stage;
  readonly ledger: Table;
  readonly worker: HandlerFunction;
  readonly mapping: EventSourceMapping;
};

/**
 * The lever's owner is the ledger: no template holds the worker's reserved concurrency or what the
 * mapping allows, so no deploy puts them back. A deploy that changes the worker, its mapping or the
 * stage's own lever sets them to what the ledger says by then.
 */
export class LeverControl extends Construct {
  readonly applyLever: HandlerFunction;

  constructor(scope: Construct, id: string, props: LeverControlProps) {
    super(scope, id);
    const { stage, ledger, worker, mapping } = props;
    this.applyLever = new HandlerFunction(this, "ApplyLever", {
      stage,
      name: "apply-lever",
      memoryMb: 512,
    });
    grantLedger(this.applyLever, ledger);
    grantWorkerLimits(this.applyLever, { stage, worker, mapping });
    new DeployStep(this, "Lever", {
      stage,
      handler: this.applyLever,
      resourceType: "Custom::Lever",
      properties: {
        lever: stage.lever,
        reserved: stage.reserveConcurrency,
        mapping: mapping.eventSourceMappingId,
        // Another code or environment is another version.
        worker: worker.currentVersion.version,
      },
    });
  }
}
