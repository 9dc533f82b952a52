import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { Stage } from "../stages/stages.ts";
import { DeployStep } from "./deploy-step.ts";
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

    const { resource } = new DeployStep(this, "Schema", {
      stage,
      handler: this.migrateSchema,
      resourceType: "Custom::RowStoreSchema",
      properties: {
        ...rows.migrationProperties(),
        // Another code or environment is another version.
        migration: this.migrateSchema.currentVersion.version,
      },
    });
    for (const fn of before) fn.node.addDependency(resource);
  }
}
