import { DeleteCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { purgesPartition, type RowsTable } from "./dynamo-rows-table.ts";
import { outdoes, type Purge, PurgeSchema } from "./purge.ts";

/** Of a property; few, as newer purges outdo older ones. */
export async function readTombstones(table: RowsTable, siteUrl: string): Promise<readonly Purge[]> {
  const { Items = [] } = await table.documents.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: "pk = :purges",
      ExpressionAttributeValues: { ":purges": purgesPartition(siteUrl) },
      ConsistentRead: true,
    }),
  );
  return Items.map((item) => PurgeSchema.parse(item));
}

export async function putTombstone(table: RowsTable, purge: Purge): Promise<void> {
  const { documents, name: TableName } = table;
  await documents.send(new PutCommand({ TableName, Item: { ...purgeKey(purge), ...purge } }));
  for (const older of await readTombstones(table, purge.siteUrl)) {
    if (!outdoes(purge, older)) continue;
    await documents.send(new DeleteCommand({ TableName, Key: purgeKey(older) }));
  }
}

function purgeKey({ siteUrl, token }: Purge) {
  return { pk: purgesPartition(siteUrl), sk: String(token).padStart(16, "0") };
}
