import { QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { tableKeys } from "../config/names.ts";
import { sideBySide } from "../lib/side-by-side.ts";
import type { Report } from "../request/report.ts";
import type { Unit } from "../request/unit.ts";
import { writeAll } from "./dynamo-batch-write.ts";
import { readTombstones } from "./dynamo-purge-item.ts";
import { rowItem } from "./dynamo-row-item.ts";
import {
  type RowsTable,
  rowShards,
  rowsPartition,
  sweepList,
  unitKey,
} from "./dynamo-rows-table.ts";
import { registrationName } from "./dynamo-unit-item.ts";
import { readUnitItem } from "./dynamo-units.ts";
import type { KeyedRows } from "./keyed-rows.ts";
import { isPurged } from "./purge.ts";
import { RowStoreError } from "./row-store-error.ts";
import { storedRows } from "./stored-row.ts";

/** Shards read at once. */
export const shardsAtOnce = 4;

/**
 * First the registration, then the look for a purge: a purge leaves its tombstone first and then
 * looks for registrations, so at least one of the two finds the other. See `dynamo-purge.ts`.
 */
export async function beginGeneration(
  table: RowsTable,
  unit: Unit,
  generation: number,
  nowMs: number,
): Promise<void> {
  const { sweepKey, sweepSortKey } = tableKeys.rows;
  await table.documents.send(
    new UpdateCommand({
      TableName: table.name,
      Key: unitKey(unit),
      UpdateExpression: `SET #registration = if_not_exists(#registration, :begun),
        siteUrl = :siteUrl, report = :report, #date = :date,
        #sweepList = :sweepList, #sweepFrom = if_not_exists(#sweepFrom, :now) ADD #version :one`,
      ExpressionAttributeNames: {
        "#registration": registrationName(generation),
        "#date": "date",
        "#sweepList": sweepKey,
        "#sweepFrom": sweepSortKey,
        "#version": "version",
      },
      ExpressionAttributeValues: {
        ":begun": { begunAtMs: nowMs },
        ":siteUrl": unit.siteUrl,
        ":report": unit.report,
        ":date": unit.date,
        ":sweepList": sweepList,
        ":now": new Date(nowMs).toISOString(),
        ":one": 1,
      },
    }),
  );
  const tombstones = await readTombstones(table, unit.siteUrl);
  if (tombstones.some((purge) => isPurged(purge, { ...unit, generation }))) {
    throw closed(unit, generation);
  }
}

/**
 * The generation is looked at before the first row: BatchWriteItem knows no conditions. Rows of a
 * call that a sweep overtakes are garbage that no flip can make visible; the sweep deletes a
 * second time before it forgets the generation.
 */
export async function writeRows(
  table: RowsTable,
  unit: Unit,
  generation: number,
  report: Report,
  rows: KeyedRows,
): Promise<void> {
  const item = await readUnitItem(table, unit);
  const registration = item?.registrations.get(generation);
  if (
    registration === undefined ||
    registration.flippedAtMs !== undefined ||
    registration.doomedAtMs !== undefined
  ) {
    throw closed(unit, generation);
  }
  const writes = storedRows(report, rows).map(
    (row) => ({ kind: "put", item: rowItem(unit, generation, row) }) as const,
  );
  await writeAll(table, writes);
}

/** Refused for a visible generation: its rows never change under its readers. */
export async function clearGeneration(
  table: RowsTable,
  unit: Unit,
  generation: number,
): Promise<void> {
  const item = await readUnitItem(table, unit);
  if (item?.registrations.get(generation)?.flippedAtMs !== undefined) {
    throw closed(unit, generation);
  }
  await deleteRows(table, unit, generation);
}

/** Deletes all rows of a generation that nobody sees. */
export async function deleteRows(table: RowsTable, unit: Unit, generation: number): Promise<void> {
  await sideBySide(rowShards, shardsAtOnce, async (shard) => {
    const pk = rowsPartition(unit, generation, shard);
    let start: Record<string, unknown> | undefined;
    do {
      const page = await table.documents.send(
        new QueryCommand({
          TableName: table.name,
          KeyConditionExpression: "pk = :rows",
          ProjectionExpression: "sk",
          ExpressionAttributeValues: { ":rows": pk },
          ConsistentRead: true,
          ExclusiveStartKey: start,
        }),
      );
      const keys = (page.Items ?? []).map(({ sk }) => ({ pk, sk: String(sk) }));
      await writeAll(
        table,
        keys.map((key) => ({ kind: "delete", key }) as const),
      );
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  });
}

function closed(unit: Unit, generation: number): RowStoreError {
  return new RowStoreError(
    "generation-closed",
    `generation ${generation} of ${unit.siteUrl} ${unit.report} ${unit.date} takes no rows: it was never begun, is visible already, or was swept or purged`,
  );
}
