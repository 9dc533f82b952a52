import { rowKeyBytes } from "./row-key.ts";

/** What `unnest` is given for a column of many rows. */
export type Arrays = {
  /** `bytes`: of all values together, in UTF-8. */
  text(values: readonly string[], bytes: number): unknown;
  nulls(length: number): unknown;
  numbers(values: readonly number[]): unknown;
  /** SHA-256 digests, 32 bytes each, one after the other. */
  digests(bytes: Buffer): unknown;
};

/** As the driver writes them: `{…}` text, digests in hex. */
export const plainArrays: Arrays = {
  text: (values) => values,
  nulls: (length) => new Array(length).fill(null),
  numbers: (values) => values,
  digests: (bytes) =>
    Array.from({ length: bytes.length / rowKeyBytes }, (_, index) =>
      bytes.toString("hex", index * rowKeyBytes, (index + 1) * rowKeyBytes),
    ),
};

/**
 * In Postgres's binary format (`array_send`): the driver sends a Buffer as a binary parameter. The
 * server reads it in less than half the time of text, and figures need no decimal digits. An array
 * without a value is null: beside others, `unnest` fills it up with nulls.
 * https://github.com/postgres/postgres/blob/REL_17_STABLE/src/backend/utils/adt/arrayfuncs.c
 */
export const binaryArrays = {
  text: textArray,
  nulls: () => null,
  numbers: numberArray,
  digests: digestArray,
} satisfies Arrays;

function textArray(values: readonly string[], bytes: number): Buffer {
  const { array, numbers, start } = emptyArray("text", values.length, bytes);
  let at = start;
  for (const value of values) {
    const length = array.write(value, at + lengthBytes);
    numbers.setInt32(at, length);
    at += lengthBytes + length;
  }
  return array;
}

function numberArray(values: readonly number[]): Buffer {
  const { array, numbers, start } = emptyArray("float8", values.length, values.length * 8);
  let at = start;
  for (const value of values) {
    numbers.setInt32(at, 8);
    numbers.setFloat64(at + lengthBytes, value);
    at += lengthBytes + 8;
  }
  return array;
}

function digestArray(digests: Buffer): Buffer {
  const count = digests.length / rowKeyBytes;
  const { array, numbers, start } = emptyArray("bytea", count, digests.length);
  let at = start;
  for (let from = 0; from < digests.length; from += rowKeyBytes) {
    numbers.setInt32(at, rowKeyBytes);
    digests.copy(array, at + lengthBytes, from, from + rowKeyBytes);
    at += lengthBytes + rowKeyBytes;
  }
  return array;
}

const lengthBytes = 4;

/** https://github.com/postgres/postgres/blob/REL_17_STABLE/src/include/catalog/pg_type.dat */
const typeIds = { bytea: 17, text: 25, float8: 701 } as const;

/** Dimensions, whether nulls may follow, element type; then the dimension's length and lower bound. */
function emptyArray(type: keyof typeof typeIds, length: number, valueBytes: number) {
  const header = [1, 0, typeIds[type], length, 1];
  const start = header.length * 4;
  const array = Buffer.allocUnsafe(start + length * lengthBytes + valueBytes);
  const numbers = new DataView(array.buffer, array.byteOffset, array.length);
  for (const [index, value] of header.entries()) numbers.setInt32(index * 4, value);
  return { array, numbers, start };
}
