import type { CfnCluster } from "aws-cdk-lib/aws-dsql";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import { dsqlRoleName, environmentNames, tableKeys } from "../../shared/config/names.ts";
import type { StageDescription } from "../../shared/config/stage-description.ts";
import { allow } from "./grants.ts";

/** Where a stage's rows are, as a function comes to them: permission and environment together. */
export type RowsAccess = {
  /** To read and write rows; the schema is the migration's. */
  grant(fn: LambdaFunction): void;
  /** To define the schema. */
  grantMigration(fn: LambdaFunction): void;
  /** Where they are, for those who come from outside. */
  readonly place: StageDescription["rows"];
  /** What the migration has to know of the functions that were granted rows. */
  migrationProperties(): MigrationProperties;
};

/** As `MigrateSchemaEventSchema` reads them. */
export type MigrationProperties = {
  readonly dsqlRole?: { readonly role: string; readonly principals: readonly string[] };
};

/** Any Postgres. The environment names the secret with the URL; functions read it as they start. */
export function postgresRows(url: ISecret): RowsAccess {
  const grant = (fn: LambdaFunction) => {
    fn.addEnvironment(environmentNames.rowStore, "postgres");
    // AWS adds six random characters to a secret's name.
    allow(fn, `${url.secretArn}-??????`, ["secretsmanager:GetSecretValue"]);
    fn.addEnvironment(environmentNames.postgresSecret, url.secretName);
  };
  const place = { kind: "postgres", secret: url.secretName } as const;
  return { grant, grantMigration: grant, place, migrationProperties: () => ({}) };
}

export function dynamoRows(table: Table): RowsAccess {
  const grant = (fn: LambdaFunction) => {
    allow(fn, table.tableArn, [
      "dynamodb:BatchWriteItem",
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ]);
    allow(fn, `${table.tableArn}/index/${tableKeys.rows.sweepIndex}`, ["dynamodb:Query"]);
    fn.addEnvironment(environmentNames.rowStore, "dynamodb");
    fn.addEnvironment(environmentNames.rowsTable, table.tableName);
  };
  const place = { kind: "dynamodb", table: table.tableName } as const;
  return { grant, grantMigration: grant, place, migrationProperties: () => ({}) };
}

/** Only the migration enters as the cluster's admin; it lets the others in as their role. */
export function dsqlRows(cluster: CfnCluster): RowsAccess {
  const principals: string[] = [];
  const grantAs = (fn: LambdaFunction, user: string, action: string) => {
    allow(fn, cluster.attrResourceArn, [action]);
    fn.addEnvironment(environmentNames.rowStore, "dsql");
    fn.addEnvironment(environmentNames.dsqlEndpoint, cluster.attrEndpoint);
    fn.addEnvironment(environmentNames.dsqlUser, user);
  };
  return {
    grant(fn) {
      grantAs(fn, dsqlRoleName, "dsql:DbConnect");
      if (fn.role !== undefined) principals.push(fn.role.roleArn);
    },
    grantMigration: (fn) => grantAs(fn, "admin", "dsql:DbConnectAdmin"),
    place: { kind: "dsql", hostname: cluster.attrEndpoint },
    migrationProperties: () => ({ dsqlRole: { role: dsqlRoleName, principals: [...principals] } }),
  };
}
