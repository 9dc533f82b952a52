import * as z from "zod";
import type { DsqlRole } from "./dsql-role.ts";
import { type Sql, sqlCode } from "./postgres-sql.ts";

/**
 * Lets exactly these principals connect as a role that reads and writes rows and defines nothing.
 * Safe to repeat. For the cluster's admin, after the migration; the schema `public` is open to
 * every role, and Aurora DSQL takes no grant on it.
 * https://docs.aws.amazon.com/aurora-dsql/latest/userguide/using-database-and-iam-roles.html
 */
export async function grantDsqlRole(sql: Sql, { role, principals }: DsqlRole): Promise<void> {
  await createRole(sql, role);
  for (const table of ["unit", "generation", "search_row"]) {
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
