import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { formatKey, type RowsTable } from "./dynamo-rows-table.ts";
import { RowStoreError } from "./row-store-error.ts";

/** The format of the rows table that this code reads and writes; `dynamo-rows-table.ts` has it. */
export const rowsFormat = 1;

/** Marks an empty table with our format, or refuses a table of a newer one. One read otherwise. */
export async function ensureRowsFormat({ documents, name }: RowsTable): Promise<void> {
  const { Item } = await documents.send(
    new GetCommand({ TableName: name, Key: formatKey, ConsistentRead: true }),
  );
  if (Item === undefined) {
    await documents.send(
      new PutCommand({ TableName: name, Item: { ...formatKey, format: rowsFormat } }),
    );
  } else if (Item.format !== rowsFormat) {
    throw new RowStoreError(
      "schema",
      `the table ${name} has format ${String(Item.format)}, this gsc-sync knows ${rowsFormat}: update gsc-sync, or use another table`,
    );
  }
}
