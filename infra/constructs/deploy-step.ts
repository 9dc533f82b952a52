import { CustomResource, RemovalPolicy } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Provider } from "aws-cdk-lib/custom-resources";
import { Construct } from "constructs";
import type { Stage } from "../stages/stages.ts";
import type { HandlerFunction } from "./handler-function.ts";
import { acknowledgeWildcard } from "./nag-suppressions.ts";

export type DeployStepProps = {
  readonly stage: Stage;
  readonly handler: HandlerFunction;
  readonly resourceType: string;
  /** The input of the handler; a deploy in which none of it changes leaves the step out. */
  readonly properties: Readonly<Record<string, unknown>>;
};

/** A handler that a deploy calls, behind CDK's provider: when it fails, the deploy does. */
export class DeployStep extends Construct {
  readonly resource: CustomResource;

  constructor(scope: Construct, id: string, props: DeployStepProps) {
    super(scope, id);
    const { handler, stage, resourceType, properties } = props;
    this.resource = new CustomResource(this, "Resource", {
      serviceToken: this.providerOf(handler, stage).serviceToken,
      resourceType,
      properties: { ...properties },
    });
  }

  /** CDK's function between CloudFormation and ours, with a role that is no wider than it needs. */
  private providerOf(onEventHandler: HandlerFunction, stage: Stage): Provider {
    const logGroup = new LogGroup(this, "ProviderLogs", {
      retention: stage.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, "ProviderRole", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    });
    logGroup.grantWrite(role);
    acknowledgeWildcard(
      role,
      `${onEventHandler.functionArn}:*`,
      "CDK lets its provider invoke the function's versions beside the function.",
    );
    return new Provider(this, "Provider", { onEventHandler, frameworkOnEventRole: role, logGroup });
  }
}
