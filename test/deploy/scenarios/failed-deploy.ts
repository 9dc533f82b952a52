import { DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { GetFunctionCommand } from "@aws-sdk/client-lambda";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { addDays } from "../../../shared/request/pacific-date.ts";
import { formatKey } from "../../../shared/rows/dynamo-rows-table.ts";
import { cdkOn } from "../cdk.ts";
import { names } from "../deployed-stage.ts";
import { backfilled } from "./backfill.ts";
import { differenceFromTruth, type World } from "./world.ts";

/**
 * A deploy of code that expands the rows' schema, and that fails after its migration: CloudFormation
 * calls the migration again, with the code and the properties of before.
 */
export async function failDeploy(world: World, assembly: string, stacks: readonly string[]) {
  const { ministack, clients, stage } = world;
  const before = await workersCode(world);
  const refused = await cdkOn(ministack)
    .deploy(assembly, stacks)
    .then(() => "deployed", String);
  const { Stacks } = await clients.cloudFormation.send(
    new DescribeStacksCommand({ StackName: "gsc-sync-dev-pipeline" }),
  );
  const { Item } = await clients.documents.send(
    new GetCommand({ TableName: names.rowsTable, Key: formatKey }),
  );
  const stored = backfilled();
  const more = { ...stored, from: addDays(stored.from, -3), to: addDays(stored.from, -1) };
  await stage.start("after-failed-deploy", more);
  const { status } = await stage.endedExecution("after-failed-deploy");
  return {
    refused,
    stack: Stacks?.[0]?.StackStatus,
    schema: Item?.format,
    sameCode: (await workersCode(world)) === before,
    status,
    rowsBefore: await differenceFromTruth(world, stored),
    rowsSince: await differenceFromTruth(world, more),
  };
}

async function workersCode({ clients }: World): Promise<string | undefined> {
  const { Configuration } = await clients.lambda.send(
    new GetFunctionCommand({ FunctionName: names.lambdaFunction("fetch-batch") }),
  );
  return Configuration?.CodeSha256;
}
