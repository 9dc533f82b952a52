import { fileWriter, ParquetWriter } from "hyparquet-writer";
import type { Dimension } from "../../request/report.ts";
import type { VisibleRow } from "../row-store.ts";
import type { UnitRecord } from "../unit-record.ts";
import { columnsOf, compression, rowSchema } from "./parquet-unit-file.ts";

/** Rows of many units as one file, with the columns of a lake's files. */
export type ParquetExport = {
  /** A unit, whole. */
  add(unit: UnitRecord, rows: readonly VisibleRow[]): void;
  /** Without it the file is no Parquet file. */
  finish(): void;
};

export function openParquetExport(file: string): ParquetExport {
  const writer = new ParquetWriter({
    ...compression,
    writer: fileWriter(file),
    schema: rowSchema,
    createdBy: "gsc-sync",
  });
  return {
    add(unit, rows) {
      const [first] = rows;
      if (first === undefined) return;
      const textsOf = (dimension: Dimension) => rows.map((row) => row[dimension]);
      const columnData = columnsOf({ ...unit, searchType: first.searchType }, rows, textsOf);
      writer.write({ columnData, rowGroupSize: rows.length });
    },
    finish: () => void writer.finish(),
  };
}
