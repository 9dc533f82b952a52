import type { Dimension, Report } from "../plan/report.ts";
import type { KeyedRows } from "./keyed-rows.ts";
import type { Arrays } from "./postgres-arrays.ts";
import type { Row } from "./row.ts";
import { rowKeyBytes } from "./row-key.ts";
import { checkValueCount } from "./stored-row.ts";
import { storableText } from "./text-value.ts";

/** Some rows as the columns of one statement: key, dimensions, figures. */
export type Columns = { readonly rowCount: number; readonly values: readonly unknown[] };

/** How much one statement may have; a row that is larger stands alone. */
export type StatementSize = { readonly maxRows: number; readonly maxBytes: number };

/**
 * Cuts rows into the columns of one statement after another, each made when it is asked for. In
 * the order of their keys rows lie scattered in memory: each is looked at once.
 * @throws RowStoreError `refused` unless each row has a value a dimension
 */
export function* columnsOf(
  report: Report,
  { rows, keys }: KeyedRows,
  { maxRows, maxBytes }: StatementSize,
  arrays: Arrays,
): Generator<Columns> {
  for (let from = 0; from < rows.length; ) {
    const chunk = emptyChunk(report);
    let to = from;
    for (let bytes = 0; to < rows.length && to - from < maxRows; to += 1) {
      const row = rows[to];
      if (row === undefined) break;
      checkValueCount(report, row);
      bytes += sizeOf(row.keys);
      if (bytes > maxBytes && to > from) break;
      addRow(chunk, row);
    }
    const digests = keys.subarray(from * rowKeyBytes, to * rowKeyBytes);
    yield { rowCount: to - from, values: valuesOf(chunk, digests, arrays) };
    from = to;
  }
}

/** What is gathered for a statement: texts are a list a dimension of the report, in its order. */
type Chunk = {
  readonly report: Report;
  readonly texts: readonly string[][];
  readonly clicks: number[];
  readonly impressions: number[];
  readonly ctr: number[];
  readonly position: number[];
};

function emptyChunk(report: Report): Chunk {
  const texts = report.dimensions.map(() => []);
  return { report, texts, clicks: [], impressions: [], ctr: [], position: [] };
}

function addRow(chunk: Chunk, row: Row): void {
  const { texts } = chunk;
  for (let at = 0; at < texts.length; at += 1) texts[at]?.push(storableText(row.keys[at] ?? ""));
  chunk.clicks.push(row.clicks);
  chunk.impressions.push(row.impressions);
  chunk.ctr.push(row.ctr);
  chunk.position.push(row.position);
}

function valuesOf(chunk: Chunk, digests: Buffer, arrays: Arrays): unknown[] {
  const { report, texts, clicks, impressions, ctr, position } = chunk;
  const dimension = (name: Dimension) => {
    const column = texts[report.dimensions.indexOf(name)];
    return column === undefined ? arrays.nulls(clicks.length) : arrays.text(column);
  };
  const figures = [clicks, impressions, ctr, position].map(arrays.numbers);
  return [arrays.digests(digests), ...dimensionColumns.map(dimension), ...figures];
}

/** In the order in which the statement has them. */
const dimensionColumns = [
  "page",
  "query",
  "country",
  "device",
  "searchAppearance",
  "hour",
] as const satisfies readonly Dimension[];

/** Unit id, generation, key, four figures and the row header. */
const fixedBytes = 16 + 8 + rowKeyBytes + 4 * 8 + 24;

function sizeOf(texts: readonly string[]): number {
  let bytes = fixedBytes;
  for (const text of texts) bytes += Buffer.byteLength(text);
  return bytes;
}
