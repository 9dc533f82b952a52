/** What `unnest` is given for a column of many rows. */
export type Arrays = {
  text(values: readonly (string | null)[]): unknown;
  numbers(values: readonly number[]): unknown;
  /** SHA-256 digests in hex. */
  digests(values: readonly string[]): unknown;
};

/** As the driver writes them: `{…}` text. */
export const plainArrays: Arrays = {
  text: (values) => values,
  numbers: (values) => values,
  digests: (values) => values,
};

/**
 * In Postgres's binary format (`array_send`): the driver sends a Buffer as a binary parameter. The
 * server reads it in less than half the time of text, and figures need no decimal digits. An array
 * without a value is null: beside others, `unnest` fills it up with nulls.
 * https://github.com/postgres/postgres/blob/REL_17_STABLE/src/backend/utils/adt/arrayfuncs.c
 */
export const binaryArrays = {
  text: textArray,
  numbers: numberArray,
  digests: digestArray,
} satisfies Arrays;

function textArray(values: readonly (string | null)[]): Buffer | null {
  if (values.every((value) => value === null)) return null;
  const most = values.reduce((bytes, value) => bytes + 3 * (value?.length ?? 0), 0);
  const { array, numbers, start } = emptyArray("text", values.length, most);
  let at = start;
  for (const value of values) {
    const length = value === null ? -1 : array.write(value, at + lengthBytes);
    numbers.setInt32(at, length);
    at += lengthBytes + Math.max(length, 0);
  }
  return array.subarray(0, at);
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

function digestArray(digests: readonly string[]): Buffer {
  const { array, numbers, start } = emptyArray(
    "bytea",
    digests.length,
    digests.length * digestBytes,
  );
  let at = start;
  for (const digest of digests) {
    numbers.setInt32(at, digestBytes);
    array.write(digest, at + lengthBytes, "hex");
    at += lengthBytes + digestBytes;
  }
  return array;
}

const lengthBytes = 4;
const digestBytes = 32;

/** https://github.com/postgres/postgres/blob/REL_17_STABLE/src/include/catalog/pg_type.dat */
const typeIds = { bytea: 17, text: 25, float8: 701 } as const;

/** Dimensions, whether nulls may follow, element type; then the dimension's length and lower bound. */
function emptyArray(type: keyof typeof typeIds, length: number, valueBytes: number) {
  const header = [1, type === "text" ? 1 : 0, typeIds[type], length, 1];
  const start = header.length * 4;
  const array = Buffer.allocUnsafe(start + length * lengthBytes + valueBytes);
  const numbers = new DataView(array.buffer, array.byteOffset, array.length);
  for (const [index, value] of header.entries()) numbers.setInt32(index * 4, value);
  return { array, numbers, start };
}
