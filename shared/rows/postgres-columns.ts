import { type Dimension, dimensions, type Report } from "../request/report.ts";
import type { Row } from "../request/row.ts";
import type { KeyedRows } from "./keyed-rows.ts";
import type { Arrays } from "./postgres-arrays.ts";
import { rowKeyBytes } from "./row-key.ts";
import { checkValueCount } from "./stored-row.ts";
import { storableText } from "./text-value.ts";

/**
 * Some rows as the columns of one statement: key, dimensions in the order of {@link dimensions},
 * which is the statement's, figures.
 */
export type Columns = { readonly rowCount: number; readonly values: readonly unknown[] };

/** A statement takes no further row once it has so many rows or bytes. */
export type StatementSize = { readonly rows: number; readonly bytes: number };

/**
 * Cuts rows into the columns of one statement after another, each made when it is asked for. In
 * the order of their keys rows lie scattered in memory: each is looked at once.
 * @throws RowStoreError `refused` unless each row has a value a dimension
 */
export function* columnsOf(
  report: Report,
  { rows, keys }: KeyedRows,
  full: StatementSize,
  arrays: Arrays,
): Generator<Columns> {
  for (let from = 0; from < rows.length; ) {
    const chunk = emptyChunk(report);
    while (chunk.clicks.length < full.rows && chunk.bytes < full.bytes) {
      const row = rows[from + chunk.clicks.length];
      if (row === undefined) break;
      checkValueCount(report, row);
      addRow(chunk, row);
    }
    const to = from + chunk.clicks.length;
    const digests = keys.subarray(from * rowKeyBytes, to * rowKeyBytes);
    yield { rowCount: to - from, values: valuesOf(chunk, digests, arrays) };
    from = to;
  }
}

/** What is gathered for a statement: a text column a dimension of the report, in its order. */
type Chunk = {
  readonly report: Report;
  readonly texts: readonly { readonly values: string[]; bytes: number }[];
  readonly clicks: number[];
  readonly impressions: number[];
  readonly ctr: number[];
  readonly position: number[];
  bytes: number;
};

function emptyChunk(report: Report): Chunk {
  const texts = report.dimensions.map(() => ({ values: [], bytes: 0 }));
  return { report, texts, clicks: [], impressions: [], ctr: [], position: [], bytes: 0 };
}

function addRow(chunk: Chunk, row: Row): void {
  chunk.bytes += fixedBytes;
  let dimension = 0;
  for (const column of chunk.texts) {
    const text = storableText(row.keys[dimension] ?? "");
    const bytes = Buffer.byteLength(text);
    column.values.push(text);
    column.bytes += bytes;
    chunk.bytes += bytes;
    dimension += 1;
  }
  chunk.clicks.push(row.clicks);
  chunk.impressions.push(row.impressions);
  chunk.ctr.push(row.ctr);
  chunk.position.push(row.position);
}

/** Unit id, generation, key, four figures and the row header. */
const fixedBytes = 16 + 8 + rowKeyBytes + 4 * 8 + 24;

function valuesOf(chunk: Chunk, digests: Buffer, arrays: Arrays): unknown[] {
  const { report, texts, clicks, impressions, ctr, position } = chunk;
  const dimension = (name: Dimension) => {
    const column = texts[report.dimensions.indexOf(name)];
    if (column === undefined) return arrays.nulls(clicks.length);
    return arrays.text(column.values, column.bytes);
  };
  const figures = [clicks, impressions, ctr, position].map(arrays.numbers);
  return [arrays.digests(digests), ...dimensions.map(dimension), ...figures];
}
