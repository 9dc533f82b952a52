import { RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { AttributeType, BillingMode, ProjectionType, Table } from "aws-cdk-lib/aws-dynamodb";
import { type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { resourceNames, tableKeys } from "../../shared/config/names.ts";
import type { Stage } from "../stages.ts";

export type DataStackProps = StackProps & { readonly stage: Stage };

/** What must outlive a deploy: the ledger, the quota and the way to the rows. */
export class DataStack extends Stack {
  readonly ledger: Table;
  readonly quota: Table;
  /** A secret of this name holds the Postgres URL; it is created by hand before the first deploy. */
  readonly postgresUrl: ISecret;

  constructor(scope: Construct, id: string, { stage, ...props }: DataStackProps) {
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
    this.postgresUrl = Secret.fromSecretNameV2(this, "PostgresUrl", names.postgresUrlSecret);
  }
}

function tableDefaults(stage: Stage) {
  return {
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: stage.retainData,
    removalPolicy: stage.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  };
}
