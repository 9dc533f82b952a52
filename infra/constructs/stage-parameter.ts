import { Stack } from "aws-cdk-lib";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import { Construct } from "constructs";
import { resourceNames } from "../../shared/config/names.ts";
import type { StageDescription } from "../../shared/config/stage-description.ts";

/** What the stage says of itself, for the command line. No secret is in it. */
export class StageParameter extends Construct {
  constructor(scope: Construct, id: string, description: StageDescription) {
    super(scope, id);
    new StringParameter(this, "Parameter", {
      parameterName: resourceNames(description.stage).description,
      description: `gsc-sync, stage ${description.stage}: where everything is`,
      stringValue: Stack.of(this).toJsonString(description),
    });
  }
}
