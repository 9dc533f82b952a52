import { type Arrays, binaryArrays, plainArrays } from "./postgres-arrays.ts";

/**
 * Where databases that speak Postgres differ for us: what a SHA-256 in a key is, and how an index
 * is made. Aurora DSQL takes no `bytea` into a key, and builds indexes in the background only.
 * https://docs.aws.amazon.com/aurora-dsql/latest/userguide/working-with-postgresql-compatibility-supported-data-types.html
 * https://docs.aws.amazon.com/aurora-dsql/latest/userguide/working-with-create-index-async.html
 */
export type SqlDialect = {
  readonly name: "postgres" | "dsql";
  /** Column type of a SHA-256. Hex text sorts as the bytes do: Aurora DSQL collates by C alone. */
  readonly digestType: "bytea" | "text";
  readonly createIndex: "CREATE INDEX" | "CREATE INDEX ASYNC";
  /** A digest in hex, as the column takes it; "" is before all of them. */
  digest(hex: string): Uint8Array | string;
  /** Columns of many rows, as parameters of one statement. */
  readonly arrays: Arrays;
};

export const postgresDialect: SqlDialect = {
  name: "postgres",
  digestType: "bytea",
  createIndex: "CREATE INDEX",
  digest: (hex) => Buffer.from(hex, "hex"),
  arrays: binaryArrays,
};

export const dsqlDialect: SqlDialect = {
  name: "dsql",
  digestType: "text",
  createIndex: "CREATE INDEX ASYNC",
  digest: (hex) => hex,
  // That it reads binary arrays is not documented.
  arrays: plainArrays,
};
