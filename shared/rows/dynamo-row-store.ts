import { setTimeout as sleep } from "node:timers/promises";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { findReport } from "../request/find-report.ts";
import type { Report } from "../request/report.ts";
import { ensureRowsFormat } from "./dynamo-format.ts";
import { beginGeneration, clearGeneration, writeRows } from "./dynamo-generations.ts";
import { guardRows } from "./dynamo-rows-errors.ts";
import type { DynamoTiming, RowsTable } from "./dynamo-rows-table.ts";
import { streamRows } from "./dynamo-stream.ts";
import { sweepGenerations } from "./dynamo-sweep.ts";
import { completeUnit, readVisibleUnits } from "./dynamo-units.ts";
import type { RowStore } from "./row-store.ts";
import { RowStoreError } from "./row-store-error.ts";

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
    sweepGenerations: (nowMs) => guardRows(() => sweepGenerations(table, nowMs)),
    close: async () => {},
  };
}
