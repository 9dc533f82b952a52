import * as z from "zod";
import type { DsqlRole } from "./dsql-role.ts";
import { dsqlDialect } from "./postgres-dialect.ts";
import { createDsqlPool, type DsqlCluster } from "./postgres-dsql-connection.ts";
import { openRowStoreOn, type PostgresRowStoreOptions } from "./postgres-row-store.ts";
import { migratePostgresSchema } from "./postgres-schema.ts";
import { createSql, type Sql, type SqlTiming, sqlCode } from "./postgres-sql.ts";
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

/**
 * Lets exactly these principals connect as a role that reads and writes rows and defines nothing.
 * Safe to repeat. For the cluster's admin, after the migration; the schema `public` is open to
 * every role, and Aurora DSQL takes no grant on it.
 * https://docs.aws.amazon.com/aurora-dsql/latest/userguide/using-database-and-iam-roles.html
 */
export async function grantDsqlRole(sql: Sql, { role, principals }: DsqlRole): Promise<void> {
  await createRole(sql, role);
  for (const table of ["unit", "generation", "search_row", "purge"]) {
    await sql.run(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO ${role}`);
  }
  for (const readOnly of ["schema_version", "search_rows"]) {
    await sql.run(`GRANT SELECT ON ${readOnly} TO ${role}`);
  }
  const mapped = await sql.read(
    z.object({ arn: z.string() }),
    "SELECT arn FROM sys.iam_pg_role_mappings WHERE pg_role_name = $1",
    [role],
  );
  const before = new Set(mapped.map(({ arn }) => arn));
  for (const arn of principals) {
    if (!before.delete(arn)) await sql.run(`AWS IAM GRANT ${role} TO '${arn}'`);
  }
  for (const arn of before) await sql.run(`AWS IAM REVOKE ${role} FROM '${arn}'`);
}

const duplicateObject = "42710";

async function createRole(sql: Sql, role: string): Promise<void> {
  try {
    await sql.run(`CREATE ROLE ${role} WITH LOGIN`);
  } catch (error) {
    if (sqlCode(error) !== duplicateObject) throw error;
  }
}
