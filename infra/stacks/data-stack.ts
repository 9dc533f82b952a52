import { CfnOutput, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { AttributeType, BillingMode, ProjectionType, Table } from "aws-cdk-lib/aws-dynamodb";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { resourceNames, tableKeys } from "../../shared/config/names.ts";
import { dsqlRows, dynamoRows, postgresRows, type RowsAccess } from "../constructs/rows-access.ts";
import type { Stage } from "../stages/stages.ts";
import type { DsqlStack } from "./dsql-stack.ts";

export type DataStackProps = StackProps & {
  readonly stage: Stage;
  /** Where the stage's rows are in Aurora DSQL. */
  readonly dsql?: DsqlStack | undefined;
};

/** What must outlive a deploy: the ledger, the quota, and the rows or the way to them. */
export class DataStack extends Stack {
  readonly ledger: Table;
  readonly quota: Table;
  readonly rows: RowsAccess;

  constructor(scope: Construct, id: string, { stage, dsql, ...props }: DataStackProps) {
    super(scope, id, props);
    const names = resourceNames(stage.name);
    const keys = tableKeys.ledger;
    this.ledger = new Table(this, "Ledger", {
      ...tableDefaults(stage),
      tableName: names.ledgerTable,
      partitionKey: { name: keys.partitionKey, type: AttributeType.STRING },
      sortKey: { name: keys.sortKey, type: AttributeType.STRING },
    });
    this.ledger.addGlobalSecondaryIndex({
      indexName: keys.runsIndex,
      partitionKey: { name: keys.runsKey, type: AttributeType.STRING },
      sortKey: { name: keys.runsSortKey, type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.quota = new Table(this, "Quota", {
      ...tableDefaults(stage),
      tableName: names.quotaTable,
      partitionKey: { name: tableKeys.quota.partitionKey, type: AttributeType.STRING },
      timeToLiveAttribute: tableKeys.quota.timeToLive,
    });
    this.rows = rowsOf(this, stage, dsql);
    new CfnOutput(this, "LedgerTable", { value: this.ledger.tableName });
  }
}

function rowsOf(stack: DataStack, stage: Stage, dsql: DsqlStack | undefined): RowsAccess {
  const names = resourceNames(stage.name);
  if (dsql !== undefined) return dsqlRows(dsql.cluster);
  if (stage.rowStore === "dynamodb") return dynamoRows(rowsTable(stack, stage));
  // Created by hand before the first deploy.
  return postgresRows(Secret.fromSecretNameV2(stack, "PostgresUrl", names.postgresUrlSecret));
}

function rowsTable(stack: DataStack, stage: Stage): Table {
  const keys = tableKeys.rows;
  const table = new Table(stack, "Rows", {
    ...tableDefaults(stage),
    tableName: resourceNames(stage.name).rowsTable,
    partitionKey: { name: keys.partitionKey, type: AttributeType.STRING },
    sortKey: { name: keys.sortKey, type: AttributeType.STRING },
  });
  table.addGlobalSecondaryIndex({
    indexName: keys.sweepIndex,
    partitionKey: { name: keys.sweepKey, type: AttributeType.STRING },
    sortKey: { name: keys.sweepSortKey, type: AttributeType.STRING },
    projectionType: ProjectionType.KEYS_ONLY,
  });
  return table;
}

function tableDefaults(stage: Stage) {
  return {
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: stage.pointInTimeRecovery },
    deletionProtection: stage.retainData,
    removalPolicy: stage.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  };
}
