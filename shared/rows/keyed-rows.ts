import type { Row } from "./row.ts";
import { rowKeyHex } from "./row-key.ts";

/** Rows with distinct keys, sorted by key; of a repeated key the last one. */
export type KeyedRows = {
  readonly rows: readonly Row[];
  /** In hex, a row each. */
  readonly keys: readonly string[];
};

/**
 * A page's rows by their keys. A unit's figures and the store both want them: the second to ask for
 * the same page gets what was made for the first.
 */
export function keyedRows(rows: readonly Row[]): KeyedRows {
  const known = made.get(rows);
  if (known !== undefined) return known;
  const keyed = byKey(rows);
  made.set(rows, keyed);
  return keyed;
}

const made = new WeakMap<readonly Row[], KeyedRows>();

function byKey(rows: readonly Row[]): KeyedRows {
  const keys = rows.map((row) => rowKeyHex(row.keys));
  const sorted: { rows: Row[]; keys: string[] } = { rows: [], keys: [] };
  for (const index of orderOf(keys)) {
    const [row, key] = [rows[index], keys[index]];
    if (row === undefined || key === undefined) continue;
    const at = sorted.keys.at(-1) === key ? sorted.keys.length - 1 : sorted.keys.length;
    sorted.keys[at] = key;
    sorted.rows[at] = row;
  }
  return sorted;
}

/** Bits of an index, beside 32 of the key in a number's 53: two million rows. */
const indexes = 2 ** 21;

/**
 * The keys' indexes by key, then index. Numbers sort four times as fast as text: each is a key's
 * first 32 bits, then its index; the few keys that begin alike are put right afterwards.
 */
function orderOf(keys: readonly string[]): readonly number[] {
  if (keys.length > indexes) throw new RangeError(`a page of ${keys.length} rows`);
  const numbers = Float64Array.from(
    keys,
    (key, index) => Number.parseInt(key.slice(0, 8), 16) * indexes + index,
  ).sort();
  const order = Array.from(numbers, (number) => number % indexes);
  for (let from = 0; from < order.length; ) {
    const prefix = Math.floor((numbers[from] ?? 0) / indexes);
    let to = from + 1;
    while (to < order.length && Math.floor((numbers[to] ?? 0) / indexes) === prefix) to += 1;
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
function inFull(alike: readonly number[], keys: readonly string[]): readonly number[] {
  const keyOf = (index: number) => keys[index] ?? "";
  return alike.toSorted((a, b) => (keyOf(a) === keyOf(b) ? 0 : keyOf(a) < keyOf(b) ? -1 : 1));
}
