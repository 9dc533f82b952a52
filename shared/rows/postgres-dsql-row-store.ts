import type { DsqlRole } from "./dsql-role.ts";
import { dsqlDialect } from "./postgres-dialect.ts";
import { createDsqlPool, type DsqlCluster } from "./postgres-dsql-connection.ts";
import { grantDsqlRole } from "./postgres-dsql-role.ts";
import { openRowStoreOn, type PostgresRowStoreOptions } from "./postgres-row-store.ts";
import { migratePostgresSchema } from "./postgres-schema.ts";
import { createSql, type SqlTiming } from "./postgres-sql.ts";
import type { RowStore } from "./row-store.ts";

/** The row store in Aurora DSQL, whose schema the deploy has migrated. */
export async function openDsqlRowStore(
  cluster: DsqlCluster,
  options: PostgresRowStoreOptions = {},
): Promise<RowStore> {
  return openRowStoreOn(createDsqlPool(cluster), {
    ...options,
    dialect: dsqlDialect,
    migrated: "elsewhere",
  });
}

/**
 * Brings the cluster's schema up to date, one DDL statement a transaction, and gives the role what
 * it needs. The cluster's user is its admin. @throws RowStoreError
 */
export async function migrateDsql(
  cluster: DsqlCluster,
  role: DsqlRole | undefined,
  timing: SqlTiming,
): Promise<void> {
  const connection = createDsqlPool(cluster, { maxConnections: 1 });
  try {
    const sql = createSql(connection, timing, dsqlDialect);
    await migratePostgresSchema(sql);
    if (role !== undefined) await grantDsqlRole(sql, role);
  } finally {
    await connection.end();
  }
}
