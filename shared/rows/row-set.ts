import { hash } from "node:crypto";
import type { Row } from "./row.ts";
import { rowKeyHex } from "./row-key.ts";

/** What a unit record says about the rows of its generation. */
export type RowSetFigures = {
  /** Distinct dimension sets. */
  readonly rows: number;
  /** Rows as the pages held them, repeats included. */
  readonly fetchedRows: number;
  readonly clicks: number;
  readonly impressions: number;
  readonly hash: string;
};

/** The rows of a unit while its pages come in; of a repeated dimension set the last row counts. */
export type RowSet = {
  add(rows: readonly Row[]): void;
  figures(): RowSetFigures;
};

export function rowSet(): RowSet {
  const rowsByKey = new Map<string, Figures>();
  let fetchedRows = 0;
  return {
    add(rows) {
      fetchedRows += rows.length;
      for (const { keys, clicks, impressions, ctr, position } of rows) {
        rowsByKey.set(rowKeyHex(keys), { clicks, impressions, ctr, position });
      }
    },
    figures: () => ({ fetchedRows, ...summarise(rowsByKey) }),
  };
}

type Figures = Omit<Row, "keys">;

const keyBytes = 32;
const entryBytes = keyBytes + 4 * 8;

/**
 * Goes through the rows sorted by key, so that neither the hash nor a sum of fractions depends on
 * the order in which Google or the pages brought them. Entries have one length: no separators.
 */
function summarise(rowsByKey: ReadonlyMap<string, Figures>): Omit<RowSetFigures, "fetchedRows"> {
  const sorted = [...rowsByKey].sort(([a], [b]) => (a < b ? -1 : 1));
  const entries = Buffer.alloc(sorted.length * entryBytes);
  let clicks = 0;
  let impressions = 0;
  for (const [index, [key, figures]] of sorted.entries()) {
    const offset = index * entryBytes;
    entries.write(key, offset, "hex");
    writeNumber(entries, figures.clicks, offset + keyBytes);
    writeNumber(entries, figures.impressions, offset + keyBytes + 8);
    writeNumber(entries, figures.ctr, offset + keyBytes + 16);
    writeNumber(entries, figures.position, offset + keyBytes + 24);
    clicks += figures.clicks;
    impressions += figures.impressions;
  }
  return { rows: sorted.length, clicks, impressions, hash: hash("sha256", entries, "hex") };
}

/** Adding 0 makes -0 and 0, which are equal numbers, equal bytes. */
function writeNumber(buffer: Buffer, value: number, offset: number): void {
  buffer.writeDoubleBE(value + 0, offset);
}
