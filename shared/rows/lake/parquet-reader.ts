import type { RowStore, UnitQuery, VisibleRow } from "../row-store.ts";
import { RowStoreError } from "../row-store-error.ts";
import type { UnitRecord } from "../unit-record.ts";
import { type LakeLayout, lakeLayout } from "./lake-layout.ts";
import { guardFiles, isMissing } from "./parquet-faults.ts";
import { readUnitRows } from "./parquet-unit-file.ts";
import { listUnitFiles, readUnitFiles } from "./parquet-unit-list.ts";

/** Reads a lake's files. Each is read at once, so a unit is of one version. Needs no keeper. */
export function readLake(folder: string): Pick<RowStore, "readUnits" | "streamRows"> {
  const layout = lakeLayout(folder);
  return {
    readUnits: (query) => guardFiles(() => readUnits(layout, query)),
    streamRows: (query) => streamRows(layout, query),
  };
}

async function* streamRows(layout: LakeLayout, query: UnitQuery): AsyncGenerator<VisibleRow> {
  for (const { file } of await guardFiles(() => listUnitFiles(layout, query))) {
    yield* await guardFiles(() => readWhole(file));
  }
}

async function readWhole(file: string): Promise<readonly VisibleRow[]> {
  try {
    const { record, rows } = await readUnitRows(file);
    if (rows.length === record.rows) return rows;
    throw new RowStoreError(
      "rows-missing",
      `${record.siteUrl} ${record.report} ${record.date} holds ${rows.length} rows, its record says ${record.rows}: fetch it again with --force`,
    );
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function readUnits(layout: LakeLayout, query: UnitQuery): Promise<readonly UnitRecord[]> {
  const units = await readUnitFiles(await listUnitFiles(layout, query));
  return units.map(({ record }) => record);
}
