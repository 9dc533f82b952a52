import { RemovalPolicy } from "aws-cdk-lib";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { Stage } from "../stages/stages.ts";

/** A state machine's log group, below the prefix that lets AWS deliver without a policy a group. */
export function machineLogs(
  scope: Construct,
  id: string,
  { stage, machineName }: { readonly stage: Stage; readonly machineName: string },
): LogGroup {
  return new LogGroup(scope, id, {
    logGroupName: `/aws/vendedlogs/states/${machineName}`,
    retention: stage.logRetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
}
