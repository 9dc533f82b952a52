import type { CfnCluster } from "aws-cdk-lib/aws-dsql";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import { environmentNames, tableKeys } from "../../shared/config/names.ts";
import { allow } from "./grants.ts";

/** Where a stage's rows are, as a function comes to them: permission and environment together. */
export type RowsAccess = { grant(fn: LambdaFunction): void };

/**
 * Any Postgres. The URL is resolved when the stack is deployed, so the function needs no permission
 * on the secret; whoever may read the function's configuration reads the URL with it.
 */
export function postgresRows(url: ISecret): RowsAccess {
  return {
    grant(fn) {
      fn.addEnvironment(environmentNames.rowStore, "postgres");
      fn.addEnvironment(environmentNames.postgresUrl, url.secretValue.unsafeUnwrap());
    },
  };
}

export function dynamoRows(table: Table): RowsAccess {
  return {
    grant(fn) {
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
    },
  };
}

/** The schema is the functions' own, so they come as the role that may create it. */
export function dsqlRows(cluster: CfnCluster): RowsAccess {
  return {
    grant(fn) {
      allow(fn, cluster.attrResourceArn, ["dsql:DbConnectAdmin"]);
      fn.addEnvironment(environmentNames.rowStore, "dsql");
      fn.addEnvironment(environmentNames.dsqlEndpoint, cluster.attrEndpoint);
      fn.addEnvironment(environmentNames.dsqlUser, "admin");
    },
  };
}
