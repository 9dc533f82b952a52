import { GetCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { ReportShape } from "../request/report.ts";
import type { Unit } from "../request/unit.ts";
import { isConditionFailure } from "./dynamo-rows-errors.ts";
import {
  type ItemKey,
  type RowsTable,
  unitKey,
  unitsBetween,
  unitsPartition,
} from "./dynamo-rows-table.ts";
import {
  parseUnitItem,
  recordAttribute,
  registrationName,
  type UnitItem,
  type VisibleUnit,
} from "./dynamo-unit-item.ts";
import type { UnitQuery } from "./row-store.ts";
import { RowStoreError } from "./row-store-error.ts";
import type { UnitRecord } from "./unit-record.ts";

/** Units of the query that are visible, by date, then report: the order of their sort keys. */
export async function readVisibleUnits(
  table: RowsTable,
  query: UnitQuery,
): Promise<readonly VisibleUnit[]> {
  const [first, last] = unitsBetween(query.from, query.to);
  const units: VisibleUnit[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await table.documents.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: "pk = :units AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues: {
          ":units": unitsPartition(query.siteUrl),
          ":first": first,
          ":last": last,
        },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    for (const item of page.Items ?? []) {
      const { visible } = parseUnitItem(item);
      if (visible !== undefined && (query.reports?.includes(visible.record.report) ?? true)) {
        units.push(visible);
      }
    }
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return units;
}

export function readUnitItem(table: RowsTable, unit: Unit): Promise<UnitItem | undefined> {
  return readUnitItemAt(table, unitKey(unit));
}

export async function readUnitItemAt(
  table: RowsTable,
  key: ItemKey,
): Promise<UnitItem | undefined> {
  const { Item } = await table.documents.send(
    new GetCommand({ TableName: table.name, Key: key, ConsistentRead: true }),
  );
  return Item === undefined ? undefined : parseUnitItem(Item);
}

/**
 * One conditional write of the unit item: the pointer moves to a registered generation that is
 * newer than the visible one and not doomed, or nothing happens. The sweep dooms by a conditional
 * write of the same item: whichever comes second fails.
 */
export async function completeUnit(
  table: RowsTable,
  record: UnitRecord,
  shape: ReportShape,
  nowMs: number,
): Promise<"flipped" | "superseded"> {
  const { generation } = record;
  const clauses = [
    "attribute_exists(#registration)",
    "attribute_not_exists(#registration.doomedAtMs)",
    "(attribute_not_exists(visible) OR visible < :generation)",
  ];
  try {
    await table.documents.send(
      new UpdateCommand({
        TableName: table.name,
        Key: unitKey(record),
        ConditionExpression: clauses.join(" AND "),
        UpdateExpression: `SET visible = :generation, #registration.flippedAtMs = :now,
          completedAtMs = :now, searchType = :searchType, #record = :record ADD #version :one`,
        ExpressionAttributeNames: {
          "#registration": registrationName(generation),
          "#record": "record",
          "#version": "version",
        },
        ExpressionAttributeValues: {
          ":generation": generation,
          ":now": nowMs,
          ":searchType": shape.searchType,
          ":record": recordAttribute(record),
          ":one": 1,
        },
      }),
    );
    return "flipped";
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return outcomeOf(record, await readUnitItem(table, record));
  }
}

/** The condition also fails when the SDK repeats a write of ours whose answer was lost. */
function outcomeOf(record: UnitRecord, item: UnitItem | undefined): "flipped" | "superseded" {
  const visible = item?.visible?.record;
  if (visible?.generation !== record.generation) return "superseded";
  if (visible.hash === record.hash) return "flipped";
  throw new RowStoreError(
    "generation-closed",
    `generation ${record.generation} of ${record.siteUrl} ${record.report} ${record.date} is visible already, with other rows`,
  );
}
