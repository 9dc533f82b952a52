import { z } from "zod";
import type { SqlConnection } from "../../../shared/rows/postgres-connection.ts";
import { postgresDialect, type SqlDialect } from "../../../shared/rows/postgres-dialect.ts";
import {
  createPostgresRowStore,
  type PostgresRowStoreOptions,
} from "../../../shared/rows/postgres-row-store.ts";
import { unitId } from "../../../shared/rows/unit-record.ts";
import type { RowStoreBackend } from "../../contracts/row-store-contract.ts";

export type PostgresBackendOptions = {
  readonly dialect?: SqlDialect;
  /** What stands between the store and the connection. */
  readonly wire?: (connection: SqlConnection) => SqlConnection;
};

/** The contract suite's view of a Postgres of any kind; its stores leave the connection open. */
export function postgresBackend(
  connection: SqlConnection,
  stop: () => Promise<void>,
  { dialect = postgresDialect, wire = (same) => same }: PostgresBackendOptions = {},
): RowStoreBackend {
  let options: PostgresRowStoreOptions = { dialect };
  return {
    async emptyStore(findReport) {
      await dropAll(connection);
      options = { findReport, dialect };
      return createPostgresRowStore(keptOpen(wire(connection)), options);
    },
    async dyingStore(calls) {
      const living = keptOpen(wire(connection));
      let left = Number.POSITIVE_INFINITY;
      const dying: SqlConnection = {
        ...living,
        query: (text, values) => {
          left -= 1;
          return left < 0
            ? Promise.reject(new Error("the wire broke"))
            : living.query(text, values);
        },
      };
      const store = await createPostgresRowStore(dying, options);
      left = calls;
      return store;
    },
    deathStride: 1,
    unseen: {
      async heldRows(unit, generation) {
        const { rows } = await connection.query(
          "SELECT count(*)::integer AS held FROM search_row WHERE unit_id = $1 AND generation = $2",
          [unitId(unit), generation],
        );
        return z.object({ held: z.number() }).parse(rows[0]).held;
      },
      severalCallsOfRows: 3_500,
    },
    fullPage: 25_000,
    stop,
  };
}

export async function dropAll(connection: SqlConnection): Promise<void> {
  await connection.query("DROP VIEW IF EXISTS search_rows, search_days", []);
  for (const table of ["unit", "generation", "search_row", "purge", "schema_version"]) {
    await connection.query(`DROP TABLE IF EXISTS ${table}`, []);
  }
}

export function keptOpen(connection: SqlConnection): SqlConnection {
  return { query: (text, values) => connection.query(text, values), end: async () => {} };
}
