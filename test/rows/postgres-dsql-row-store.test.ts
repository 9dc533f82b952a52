import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DsqlRoleSchema } from "../../shared/rows/dsql-role.ts";
import { createPostgresPool, type SqlConnection } from "../../shared/rows/postgres-connection.ts";
import { dsqlDialect } from "../../shared/rows/postgres-dialect.ts";
import { grantDsqlRole } from "../../shared/rows/postgres-dsql-row-store.ts";
import { migratePostgresSchema } from "../../shared/rows/postgres-schema.ts";
import { createSql, type Sql } from "../../shared/rows/postgres-sql.ts";
import { startPostgresServer } from "../support/postgres/postgres-server.ts";
import { dsqlLintMissing, lintForDsql } from "../support/stores/dsql-lint.ts";

const role = "gsc_sync";
const [planner, worker, stranger] = ["planner", "worker", "stranger"].map(
  (name) => `arn:aws:iam::123456789012:role/gsc-sync-dev-${name}`,
) as [string, string, string];

describe("a role of the cluster", () => {
  const sent: string[] = [];
  let server: Awaited<ReturnType<typeof startPostgresServer>>;
  let connection: SqlConnection;
  let sql: Sql;

  beforeAll(async () => {
    server = await startPostgresServer();
    connection = createPostgresPool(server.url, 1);
    await connection.query("CREATE SCHEMA sys", []);
    await connection.query(
      "CREATE TABLE sys.iam_pg_role_mappings (pg_role_name text NOT NULL, arn text PRIMARY KEY)",
      [],
    );
    const wire: SqlConnection = {
      query(text, values) {
        sent.push(text);
        return connection.query(inPostgres(text), values);
      },
      end: () => connection.end(),
    };
    const timing = { sleep: async () => {}, random: () => 0 };
    sql = createSql(wire, timing, dsqlDialect);
    await migratePostgresSchema(sql);
    sent.length = 0;
  });
  afterAll(async () => {
    await connection.end();
    await server.stop();
  });

  /** The cluster's own statements about IAM, as changes of its view; and the index's word. */
  function inPostgres(text: string): string {
    return text
      .replace("INDEX ASYNC", "INDEX")
      .replace(
        /^AWS IAM GRANT (\w+) TO ('.*')$/,
        "INSERT INTO sys.iam_pg_role_mappings VALUES ('$1', $2)",
      )
      .replace(
        /^AWS IAM REVOKE (\w+) FROM ('.*')$/,
        "DELETE FROM sys.iam_pg_role_mappings WHERE pg_role_name = '$1' AND arn = $2",
      );
  }

  async function principalsOf(name: string): Promise<unknown[]> {
    const { rows } = await connection.query(
      "SELECT arn FROM sys.iam_pg_role_mappings WHERE pg_role_name = $1 ORDER BY arn",
      [name],
    );
    return rows.map((row) => Object.values(row as object)[0]);
  }

  test("is given to exactly the principals that are named, however often", async () => {
    await grantDsqlRole(sql, { role, principals: [planner, stranger] });
    await grantDsqlRole(sql, { role, principals: [planner, worker] });
    await grantDsqlRole(sql, { role, principals: [worker, planner] });
    expect(await principalsOf(role)).toEqual([planner, worker]);
    expect(sent.filter((text) => text.startsWith("AWS"))).toHaveLength(4);
  });

  test("reads and writes rows, and defines nothing", async () => {
    const may = async (table: string, privilege: string) =>
      (
        await connection.query("SELECT has_table_privilege($1, $2, $3) AS may", [
          role,
          table,
          privilege,
        ])
      ).rows;
    expect(await may("search_row", "INSERT")).toEqual([{ may: true }]);
    expect(await may("search_rows", "SELECT")).toEqual([{ may: true }]);
    expect(await may("schema_version", "SELECT")).toEqual([{ may: true }]);
    expect(await may("schema_version", "INSERT")).toEqual([{ may: false }]);
    expect(await may("unit", "TRUNCATE")).toEqual([{ may: false }]);
  });

  const missing = dsqlLintMissing();
  test.skipIf(missing !== undefined)("is made with what AWS's own linter passes", () => {
    expect(lintForDsql(sent)).toMatchObject({ code: 0 });
  });
});

test.each([
  { role: "x; DROP TABLE unit", principals: [planner] },
  { role: 'x"', principals: [planner] },
  { role, principals: ["arn:aws:iam::123456789012:role/x' OR 'a"] },
  { role, principals: ["*"] },
  { role, principals: [] },
])("a grant of %o is refused", (grant) => {
  expect(DsqlRoleSchema.safeParse(grant).success).toBe(false);
});
