import { setTimeout as sleep } from "node:timers/promises";
import { findReport } from "../request/find-report.ts";
import type { Report } from "../request/report.ts";
import { createPostgresPool, type SqlConnection } from "./postgres-connection.ts";
import type { SqlDialect } from "./postgres-dialect.ts";
import { beginGeneration, clearGeneration, writeRows } from "./postgres-generations.ts";
import { purgeUnits } from "./postgres-purge.ts";
import { migratePostgresSchema, requirePostgresSchema } from "./postgres-schema.ts";
import { createSql, type Sql, type SqlTiming } from "./postgres-sql.ts";
import { streamRows } from "./postgres-stream.ts";
import { sweepGenerations } from "./postgres-sweep.ts";
import { completeUnit, readUnits } from "./postgres-units.ts";
import type { RowStore } from "./row-store.ts";
import { RowStoreError } from "./row-store-error.ts";

export type PostgresRowStoreOptions = {
  /** The shape behind a record that names none; the built-in reports by default. */
  readonly findReport?: (id: string) => Report | undefined;
  readonly timing?: SqlTiming;
  /** What the database understands; Postgres itself by default. */
  readonly dialect?: SqlDialect;
  /** Another's task is the schema: then the database is refused unless it is current. */
  readonly migrated?: "here" | "elsewhere";
};

/**
 * The row store of a database, by URL. Migrates the schema first, or refuses the database; either
 * way no connection is left open by a failure.
 */
export async function openPostgresRowStore(
  url: string,
  options: PostgresRowStoreOptions = {},
): Promise<RowStore> {
  return openRowStoreOn(createPostgresPool(url), options);
}

/** As {@link createPostgresRowStore}; a failure ends the connection. */
export async function openRowStoreOn(
  connection: SqlConnection,
  options: PostgresRowStoreOptions,
): Promise<RowStore> {
  try {
    return await createPostgresRowStore(connection, options);
  } catch (error) {
    await connection.end();
    throw error;
  }
}

/** The row store on a connection, which `close` ends. */
export async function createPostgresRowStore(
  connection: SqlConnection,
  options: PostgresRowStoreOptions = {},
): Promise<RowStore> {
  const timing = options.timing ?? { sleep, random: Math.random };
  const sql = createSql(connection, timing, options.dialect);
  if (options.migrated === "elsewhere") await requirePostgresSchema(sql);
  else await migratePostgresSchema(sql);
  return rowStore(sql, options.findReport ?? findReport, () => connection.end());
}

function rowStore(
  sql: Sql,
  reportById: (id: string) => Report | undefined,
  close: () => Promise<void>,
): RowStore {
  return {
    readUnits: async (query) => (await readUnits(sql, query)).map(({ record }) => record),
    beginGeneration: (unit, generation, nowMs) => beginGeneration(sql, unit, generation, nowMs),
    writeRows: (unit, generation, report, rows) => writeRows(sql, unit, generation, report, rows),
    clearGeneration: (unit, generation) => clearGeneration(sql, unit, generation),
    completeUnit: async (record, nowMs) => {
      const shape = record.shape ?? reportById(record.report);
      if (shape === undefined) {
        throw new RowStoreError("refused", `there is no report ${record.report}`);
      }
      return completeUnit(sql, record, shape, nowMs);
    },
    streamRows: (query) => streamRows(sql, query),
    purgeUnits: (purge, nowMs) => purgeUnits(sql, purge, nowMs),
    sweepGenerations: (nowMs) => sweepGenerations(sql, nowMs),
    close,
  };
}
