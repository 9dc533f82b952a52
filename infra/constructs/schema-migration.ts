import { CustomResource, RemovalPolicy } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Provider } from "aws-cdk-lib/custom-resources";
import { Construct } from "constructs";
import { acknowledgeWildcard } from "../acknowledge.ts";
import type { Stage } from "../stages.ts";
import { HandlerFunction } from "./handler-function.ts";
import type { RowsAccess } from "./rows-access.ts";

export type SchemaMigrationProps = {
  readonly stage: Stage;
  readonly rows: RowsAccess;
  /** The functions that were granted rows: they change only once the schema is theirs. */
  readonly before: readonly LambdaFunction[];
};

/**
 * Brings the row store's schema up to date in each deploy that changes the migration's code or where
 * the rows are. A migration that fails, fails the deploy, before any function has changed.
 */
export class SchemaMigration extends Construct {
  readonly migrateSchema: HandlerFunction;

  constructor(scope: Construct, id: string, { stage, rows, before }: SchemaMigrationProps) {
    super(scope, id);
    this.migrateSchema = new HandlerFunction(this, "MigrateSchema", {
      stage,
      name: "migrate-schema",
      memoryMb: 512,
    });
    rows.grantMigration(this.migrateSchema);

    const schema = new CustomResource(this, "Schema", {
      serviceToken: providerOf(this, this.migrateSchema, stage).serviceToken,
      resourceType: "Custom::RowStoreSchema",
      properties: {
        ...rows.migrationProperties(),
        // Another code or environment is another version.
        migration: this.migrateSchema.currentVersion.version,
      },
    });
    for (const fn of before) fn.node.addDependency(schema);
  }
}

/** CDK's function between CloudFormation and ours, with a role that is no wider than it needs. */
function providerOf(scope: Construct, onEventHandler: HandlerFunction, stage: Stage): Provider {
  const logGroup = new LogGroup(scope, "ProviderLogs", {
    retention: stage.logRetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new Role(scope, "ProviderRole", {
    assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
  });
  logGroup.grantWrite(role);
  acknowledgeWildcard(
    role,
    `${onEventHandler.functionArn}:*`,
    "CDK lets its provider invoke the function's versions beside the function.",
  );
  return new Provider(scope, "Provider", { onEventHandler, frameworkOnEventRole: role, logGroup });
}
