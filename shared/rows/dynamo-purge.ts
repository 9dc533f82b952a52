import { QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { tableKeys } from "../config/names.ts";
import { sideBySide } from "../lib/side-by-side.ts";
import { putTombstone } from "./dynamo-purge-item.ts";
import {
  type RowsTable,
  sweepList,
  unitKey,
  unitsBetween,
  unitsPartition,
} from "./dynamo-rows-table.ts";
import { sweepUnit, unlessChanged } from "./dynamo-sweep.ts";
import { parseUnitItem, registrationName, type UnitItem } from "./dynamo-unit-item.ts";
import { readUnitItem } from "./dynamo-units.ts";
import { isPurged, type Purge, type Purged, queryOf } from "./purge.ts";

/**
 * A purge, step by step:
 *
 * 1. The tombstone is written. A generation that is registered later finds it, and is not begun.
 * 2. The property's unit items are read. What was registered earlier is found in them.
 * 3. In one conditional write of a unit item its record goes, its older registrations are doomed, and
 *    the sweep's index lists it. Then the rows of what is doomed are deleted, as a sweep does it.
 *
 * A halt anywhere leaves units that are whole or gone, and doomed rows, which the next purge or sweep
 * deletes. The tombstone stays.
 */
export async function* purgeUnits(
  table: RowsTable,
  purge: Purge,
  nowMs: number,
): AsyncGenerator<Purged> {
  await putTombstone(table, purge);
  const waiting: UnitItem[] = [];
  for await (const item of readItems(table, purge)) {
    if (hasPurged(item, purge)) waiting.push(item);
    if (waiting.length < unitsAtOnce) continue;
    yield await purgeSome(table, waiting.splice(0), purge, nowMs);
  }
  yield await purgeSome(table, waiting, purge, nowMs);
}

const unitsAtOnce = 4;

async function purgeSome(
  table: RowsTable,
  items: readonly UnitItem[],
  purge: Purge,
  nowMs: number,
): Promise<Purged> {
  const gone = await sideBySide(items, unitsAtOnce, (item) => purgeUnit(table, item, purge, nowMs));
  return {
    units: gone.filter((rows) => rows !== undefined).length,
    rows: gone.reduce<number>((sum, rows = 0) => sum + rows, 0),
  };
}

/** How many rows were visible; undefined: nothing was. */
async function purgeUnit(
  table: RowsTable,
  found: UnitItem,
  purge: Purge,
  nowMs: number,
): Promise<number | undefined> {
  let rows: number | undefined;
  for (let item: UnitItem | undefined = found; item !== undefined; ) {
    if (await doom(table, item, purge, nowMs)) {
      if (showsPurged(item, purge)) rows = item.visible?.record.rows;
      break;
    }
    item = await readUnitItem(table, found.unit);
  }
  await sweepUnit(table, unitKey(found.unit), nowMs, Number.NEGATIVE_INFINITY);
  return rows;
}

/** Whether the item was still as it was read; only then is it changed. */
async function doom(
  table: RowsTable,
  item: UnitItem,
  purge: Purge,
  nowMs: number,
): Promise<boolean> {
  const { sweepKey, sweepSortKey } = tableKeys.rows;
  const open = openOf(item, purge);
  const names = open.map((generation, index) => [`#g${index}`, registrationName(generation)]);
  const dooms = open.map((_generation, index) => `#g${index}.doomedAtMs = :now, `).join("");
  const gone = showsPurged(item, purge) ? "REMOVE visible, #record, completedAtMs, searchType" : "";
  return unlessChanged(() =>
    table.documents.send(
      new UpdateCommand({
        TableName: table.name,
        Key: unitKey(item.unit),
        ConditionExpression: "#version = :seen",
        UpdateExpression: `SET ${dooms}#sweepList = :sweepList,
          #sweepFrom = if_not_exists(#sweepFrom, :from) ${gone} ADD #version :one`,
        ExpressionAttributeNames: {
          ...Object.fromEntries(names),
          ...(gone === "" ? {} : { "#record": "record" }),
          "#sweepList": sweepKey,
          "#sweepFrom": sweepSortKey,
          "#version": "version",
        },
        ExpressionAttributeValues: {
          ":seen": item.version,
          ...(open.length === 0 ? {} : { ":now": nowMs }),
          ":sweepList": sweepList,
          ":from": new Date(nowMs).toISOString(),
          ":one": 1,
        },
      }),
    ),
  );
}

function openOf({ registrations }: UnitItem, { token }: Purge): readonly number[] {
  return [...registrations].flatMap(([generation, { doomedAtMs }]) =>
    generation < token && doomedAtMs === undefined ? [generation] : [],
  );
}

function showsPurged({ visible }: UnitItem, purge: Purge): boolean {
  return visible !== undefined && visible.record.generation < purge.token;
}

/** Whether the item holds what is purged, and not yet emptied. */
function hasPurged({ unit, registrations }: UnitItem, purge: Purge): boolean {
  return [...registrations].some(
    ([generation, { emptiedAtMs }]) =>
      emptiedAtMs === undefined && isPurged(purge, { ...unit, generation }),
  );
}

async function* readItems(table: RowsTable, purge: Purge): AsyncGenerator<UnitItem> {
  const { siteUrl, from, to } = queryOf(purge);
  const [first, last] = unitsBetween(from, to);
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table.documents.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: "pk = :units AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues: {
          ":units": unitsPartition(siteUrl),
          ":first": first,
          ":last": last,
        },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    yield* (page.Items ?? []).map(parseUnitItem);
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}
