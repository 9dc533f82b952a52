import type { Row } from "../request/row.ts";
import { rowKeyBytes, rowKeys } from "./row-key.ts";

/**
 * A page's rows with distinct keys, sorted by key; of a repeated key the last one. They are made once
 * a page: the unit's figures and the row store both take them.
 */
export type KeyedRows = {
  readonly rows: readonly Row[];
  /** Rows as the page held them, repeats included. */
  readonly fetchedRows: number;
  /** A row key (32 bytes) a row, in the order of the rows. */
  readonly keys: Buffer;
};

export function keyedRows(rows: readonly Row[]): KeyedRows {
  const keys = rowKeys(rows);
  const sorted: { rows: Row[]; keys: Buffer } = {
    rows: [],
    keys: Buffer.allocUnsafeSlow(keys.length),
  };
  let end = 0;
  for (const index of orderOf(keys)) {
    const row = rows[index];
    if (row === undefined) continue;
    const from = index * rowKeyBytes;
    const repeats = end > 0 && compareKeys(keys, from, sorted.keys, end - rowKeyBytes) === 0;
    if (repeats) sorted.rows.pop();
    else end += keys.copy(sorted.keys, end, from, from + rowKeyBytes);
    sorted.rows.push(row);
  }
  return { rows: sorted.rows, fetchedRows: rows.length, keys: sorted.keys.subarray(0, end) };
}

/** The key of the row at an index, in lower-case hex. */
export function keyHexAt({ keys }: KeyedRows, index: number): string {
  return keys.toString("hex", index * rowKeyBytes, (index + 1) * rowKeyBytes);
}

/** Bits of an index, beside 32 of the key in a number's 53: two million rows. */
const indexes = 2 ** 21;

/**
 * The keys' indexes by key, then index. Numbers sort four times as fast as text: each is a key's
 * first 32 bits, then its index; the few keys that begin alike are put right afterwards.
 */
function orderOf(keys: Buffer): readonly number[] {
  const count = keys.length / rowKeyBytes;
  if (count > indexes) throw new RangeError(`a page of ${count} rows`);
  const numbers = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    numbers[index] = keys.readUInt32BE(index * rowKeyBytes) * indexes + index;
  }
  numbers.sort();
  const order = Array.from(numbers, (number) => number % indexes);
  for (let from = 0; from < count; ) {
    const prefix = Math.floor((numbers[from] ?? 0) / indexes);
    let to = from + 1;
    while (to < count && Math.floor((numbers[to] ?? 0) / indexes) === prefix) to += 1;
    if (to - from > 1) {
      for (const [offset, index] of inFull(order.slice(from, to), keys).entries()) {
        order[from + offset] = index;
      }
    }
    from = to;
  }
  return order;
}

/** `alike` is by index: sorting is stable. */
function inFull(alike: readonly number[], keys: Buffer): readonly number[] {
  return alike.toSorted((a, b) => compareKeys(keys, a * rowKeyBytes, keys, b * rowKeyBytes));
}

function compareKeys(a: Buffer, atA: number, b: Buffer, atB: number): number {
  return a.compare(b, atB, atB + rowKeyBytes, atA, atA + rowKeyBytes);
}
