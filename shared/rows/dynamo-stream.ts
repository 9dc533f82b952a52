import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { sideBySide } from "../lib/side-by-side.ts";
import { shardsAtOnce } from "./dynamo-generations.ts";
import { parseRowItem } from "./dynamo-row-item.ts";
import { guardRows } from "./dynamo-rows-errors.ts";
import { type RowsTable, rowShards, rowsPartition } from "./dynamo-rows-table.ts";
import type { VisibleUnit } from "./dynamo-unit-item.ts";
import { readUnitItem, readVisibleUnits } from "./dynamo-units.ts";
import type { UnitQuery, VisibleRow } from "./row-store.ts";
import { streamWholeUnits } from "./whole-units.ts";

export async function* streamRows(table: RowsTable, query: UnitQuery): AsyncGenerator<VisibleRow> {
  const units = await guardRows(() => readVisibleUnits(table, query));
  yield* streamWholeUnits(units, {
    readUnit: (record) => guardRows(async () => (await readUnitItem(table, record))?.visible),
    readRows: (unit) => guardRows(() => readGeneration(table, unit)),
  });
}

/** Shard after shard, each in key order, is key order. */
async function readGeneration(table: RowsTable, unit: VisibleUnit): Promise<readonly VisibleRow[]> {
  if (unit.record.rows === 0) return [];
  const shards = await sideBySide(rowShards, shardsAtOnce, (shard) =>
    readShard(table, unit, shard),
  );
  return shards.flat();
}

async function readShard(
  table: RowsTable,
  { record, searchType }: VisibleUnit,
  shard: string,
): Promise<readonly VisibleRow[]> {
  const rows: VisibleRow[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table.documents.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: "pk = :rows",
        ExpressionAttributeValues: { ":rows": rowsPartition(record, record.generation, shard) },
        ConsistentRead: true,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    for (const item of page.Items ?? []) {
      rows.push({ date: record.date, searchType, ...parseRowItem(item) });
    }
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return rows;
}
