import { CfnOutput, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { CfnCluster } from "aws-cdk-lib/aws-dsql";
import type { Construct } from "constructs";
import { resourceNames } from "../../shared/config/names.ts";
import type { Stage } from "../stages/stages.ts";

export type DsqlStackProps = StackProps & { readonly stage: Stage };

/**
 * The Aurora DSQL cluster that holds a stage's rows: encrypted, reached over TLS with IAM alone, no
 * network of its own, nothing to pay while it sleeps. By itself, because emulators of AWS do not
 * know it.
 */
export class DsqlStack extends Stack {
  readonly cluster: CfnCluster;

  constructor(scope: Construct, id: string, { stage, ...props }: DsqlStackProps) {
    super(scope, id, props);
    this.cluster = new CfnCluster(this, "Rows", {
      deletionProtectionEnabled: stage.retainData,
      tags: [{ key: "Name", value: resourceNames(stage.name).rowsTable }],
    });
    this.cluster.applyRemovalPolicy(
      stage.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    );
    new CfnOutput(this, "RowsEndpoint", { value: this.cluster.attrEndpoint });
  }
}
