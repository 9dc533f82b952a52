import { setTimeout as sleep } from "node:timers/promises";
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from "@aws-sdk/lib-dynamodb";
import { sideBySide } from "../lib/side-by-side.ts";
import { findReport } from "../request/find-report.ts";
import type { Report } from "../request/report.ts";
import { beginGeneration, clearGeneration, shardsAtOnce, writeRows } from "./dynamo-generations.ts";
import { purgeUnits } from "./dynamo-purge.ts";
import { parseRowItem } from "./dynamo-row-item.ts";
import { guardRows, guardSteps } from "./dynamo-rows-errors.ts";
import {
  type DynamoTiming,
  formatKey,
  type RowsTable,
  rowShards,
  rowsPartition,
} from "./dynamo-rows-table.ts";
import { sweepGenerations } from "./dynamo-sweep.ts";
import type { VisibleUnit } from "./dynamo-unit-item.ts";
import { completeUnit, readUnitItem, readVisibleUnits } from "./dynamo-units.ts";
import type { RowStore, UnitQuery, VisibleRow } from "./row-store.ts";
import { RowStoreError } from "./row-store-error.ts";
import { nextBreakingVersion } from "./schema-version.ts";
import { streamWholeUnits } from "./whole-units.ts";

export type DynamoRowStoreOptions = {
  /** The shape behind a record that names none; the built-in reports by default. */
  readonly findReport?: (id: string) => Report | undefined;
  readonly timing?: DynamoTiming;
};

/**
 * The row store in a DynamoDB table, which is there already: infrastructure makes it. The client
 * stays its owner's to close. Throws a RowStoreError, `schema` for a table of another format.
 */
export async function openDynamoRowStore(
  documents: DynamoDBDocumentClient,
  tableName: string,
  options: DynamoRowStoreOptions = {},
): Promise<RowStore> {
  const timing = options.timing ?? { sleep, random: Math.random };
  const table: RowsTable = { documents, name: tableName, timing };
  const reportById = options.findReport ?? findReport;
  await guardRows(() => ensureRowsFormat(table));
  return {
    readUnits: (query) =>
      guardRows(async () => (await readVisibleUnits(table, query)).map(({ record }) => record)),
    beginGeneration: (unit, generation, nowMs) =>
      guardRows(() => beginGeneration(table, unit, generation, nowMs)),
    writeRows: (unit, generation, report, rows) =>
      guardRows(() => writeRows(table, unit, generation, report, rows)),
    clearGeneration: (unit, generation) =>
      guardRows(() => clearGeneration(table, unit, generation)),
    async completeUnit(record, nowMs) {
      const shape = record.shape ?? reportById(record.report);
      if (shape === undefined) {
        throw new RowStoreError("refused", `there is no report ${record.report}`);
      }
      return guardRows(() => completeUnit(table, record, shape, nowMs));
    },
    streamRows: (query) => streamRows(table, query),
    purgeUnits: (purge, nowMs) => guardSteps(purgeUnits(table, purge, nowMs)),
    sweepGenerations: (nowMs) => guardRows(() => sweepGenerations(table, nowMs)),
    close: async () => {},
  };
}

/** The format of the rows table that this code reads and writes; `dynamo-rows-table.ts` has it. */
export const rowsFormat = 1;

/** Marks a table that is empty or of an older format with ours, or refuses it. One read otherwise. */
async function ensureRowsFormat({ documents, name }: RowsTable): Promise<void> {
  const { Item } = await documents.send(
    new GetCommand({ TableName: name, Key: formatKey, ConsistentRead: true }),
  );
  const found = Item === undefined ? 0 : Number(Item.format);
  const firstUnknown = nextBreakingVersion(rowsFormat);
  if (!(found < firstUnknown)) {
    throw new RowStoreError(
      "schema",
      `the table ${name} has format ${String(Item?.format)}, this gsc-sync knows those below ${firstUnknown}: update gsc-sync, or use another table`,
    );
  }
  if (found >= rowsFormat) return;
  await documents.send(
    new PutCommand({ TableName: name, Item: { ...formatKey, format: rowsFormat } }),
  );
}

async function* streamRows(table: RowsTable, query: UnitQuery): AsyncGenerator<VisibleRow> {
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
        ExclusiveStartKey: start,
      }),
    );
    for (const item of page.Items ?? []) {
      rows.push({ date: record.date, searchType, ...parseRowItem(item) });
    }
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return rows;
}
