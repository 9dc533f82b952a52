import { Stack, Validations } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { flattenCfnReference } from "cdk-nag/lib/utils/flatten-cfn-reference.js";
import type { IConstruct } from "constructs";

/**
 * Takes a finding of cdk-nag for what it is, here and below. The reason is for a reviewer: why the
 * rule does not serve here, or what is done instead.
 */
export function acknowledge(construct: IConstruct, finding: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: finding, reason });
}

/** The same for a policy whose resource ends in a wildcard. */
export function acknowledgeWildcard(construct: IConstruct, resource: string, reason: string): void {
  const shown = flattenCfnReference(Stack.of(construct).resolve(resource));
  acknowledge(construct, `AwsSolutions-IAM5[Resource::${shown}]`, reason);
}

/** What cdk-nag finds in a state machine as CDK makes it. */
export function acknowledgeMachine(
  machine: StateMachine,
  options: {
    readonly invokes: readonly IFunction[];
    /** ARN pattern of executions that it starts and waits for. */
    readonly executions?: string;
    readonly tracing: boolean;
  },
): void {
  for (const { functionArn } of options.invokes) {
    acknowledgeWildcard(
      machine,
      `${functionArn}:*`,
      "CDK lets a machine invoke a function's versions beside the function; this one has none.",
    );
  }
  if (options.executions !== undefined) {
    acknowledgeWildcard(
      machine,
      options.executions,
      "A child execution is named when it is started: its machine's executions, and no others.",
    );
  }
  acknowledge(
    machine,
    "AwsSolutions-IAM5[Resource::*]",
    "Delivering logs and traces takes no resource but *: CloudWatch Logs and X-Ray know no other.",
  );
  acknowledge(
    machine,
    "AwsSolutions-SF1",
    "Step Functions keeps each execution's history, and the ledger each run's; ALL would log every look of the dispatcher, many an hour.",
  );
  if (options.tracing) return;
  acknowledge(machine, "AwsSolutions-SF2", "Tracing is the stage's choice: `tracing` in its file.");
}
