import { hash } from "node:crypto";
import type { KeyedRows } from "./keyed-rows.ts";
import { rowKeyBytes } from "./row-key.ts";

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
  add(page: KeyedRows): void;
  figures(): RowSetFigures;
};

export function rowSet(): RowSet {
  const pages: Buffer[] = [];
  let fetchedRows = 0;
  return {
    add(page) {
      fetchedRows += page.fetchedRows;
      pages.push(entriesOf(page));
    },
    figures: () => ({ fetchedRows, ...summarise(mergeAll(pages)) }),
  };
}

/** A key, then clicks, impressions, CTR and position as big-endian doubles. */
const entryBytes = rowKeyBytes + 4 * 8;

/** The page's entries by key: 64 bytes a row are kept of a unit, whatever its URLs. */
function entriesOf({ rows, keys }: KeyedRows): Buffer {
  const entries = Buffer.allocUnsafe(rows.length * entryBytes);
  const numbers = numbersOf(entries);
  for (const [index, { clicks, impressions, ctr, position }] of rows.entries()) {
    const offset = index * entryBytes;
    keys.copy(entries, offset, index * rowKeyBytes, (index + 1) * rowKeyBytes);
    // Adding 0 makes -0 and 0, which are equal numbers, equal bytes.
    numbers.setFloat64(offset + rowKeyBytes, clicks + 0);
    numbers.setFloat64(offset + rowKeyBytes + 8, impressions + 0);
    numbers.setFloat64(offset + rowKeyBytes + 16, ctr + 0);
    numbers.setFloat64(offset + rowKeyBytes + 24, position + 0);
  }
  return entries;
}

/** Neighbours first, so that many pages cost few passes. */
function mergeAll(pages: readonly Buffer[]): Buffer {
  const [first = Buffer.alloc(0), second] = pages;
  if (second === undefined) return first;
  const middle = Math.ceil(pages.length / 2);
  return merge(mergeAll(pages.slice(0, middle)), mergeAll(pages.slice(middle)));
}

function merge(older: Buffer, newer: Buffer): Buffer {
  const merged = Buffer.allocUnsafe(older.length + newer.length);
  let [end, old, young] = [0, 0, 0];
  while (old < older.length || young < newer.length) {
    const order = compare(older, old, newer, young);
    if (order < 0) older.copy(merged, end, old, old + entryBytes);
    else newer.copy(merged, end, young, young + entryBytes);
    if (order <= 0) old += entryBytes;
    if (order >= 0) young += entryBytes;
    end += entryBytes;
  }
  return merged.subarray(0, end);
}

/** By key; what is at its end comes last. */
function compare(a: Buffer, atA: number, b: Buffer, atB: number): number {
  if (atA === a.length) return 1;
  if (atB === b.length) return -1;
  return a.compare(b, atB, atB + rowKeyBytes, atA, atA + rowKeyBytes);
}

/**
 * Goes through the rows sorted by key, so that neither the hash nor a sum of fractions depends on
 * the order in which Google or the pages brought them. Entries have one length: no separators.
 */
function summarise(entries: Buffer): Omit<RowSetFigures, "fetchedRows"> {
  const numbers = numbersOf(entries);
  let clicks = 0;
  let impressions = 0;
  for (let offset = rowKeyBytes; offset < entries.length; offset += entryBytes) {
    clicks += numbers.getFloat64(offset);
    impressions += numbers.getFloat64(offset + 8);
  }
  const rows = entries.length / entryBytes;
  return { rows, clicks, impressions, hash: hash("sha256", entries, "hex") };
}

function numbersOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
