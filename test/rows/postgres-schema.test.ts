import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createPostgresPool, type SqlConnection } from "../../shared/rows/postgres-connection.ts";
import {
  createPostgresRowStore,
  openPostgresRowStore,
} from "../../shared/rows/postgres-row-store.ts";
import { migratePostgresSchema, schemaVersion } from "../../shared/rows/postgres-schema.ts";
import { createSql } from "../../shared/rows/postgres-sql.ts";
import { startPostgresServer } from "../support/postgres/postgres-server.ts";
import { pacific } from "../support/samples/pacific.ts";
import { realPostgresFolder, startRealPostgres } from "../support/servers/real-postgres.ts";
import { dropAll, keptOpen } from "../support/stores/postgres-row-store-backend.ts";

const allVersions = Array.from({ length: schemaVersion }, (_, index) => ({ version: index + 1 }));

const range = { from: pacific("2026-01-01"), to: pacific("2026-01-02") };

type Server = { readonly url: string; stop(): Promise<void> };

function describeSchema(name: string, start: () => Promise<Server>) {
  describe(name, () => {
    let server: Server;
    let connection: SqlConnection;
    const timing = { random: () => 0.5, sleep: async () => {} };

    beforeAll(async () => {
      server = await start();
      connection = createPostgresPool(server.url, 10);
    });
    beforeEach(() => dropAll(connection));
    afterAll(async () => {
      await connection.end();
      await server.stop();
    });

    async function readVersions() {
      return (await connection.query("SELECT version FROM schema_version ORDER BY version", []))
        .rows;
    }

    test("an empty database is migrated, and opened again with one query", async () => {
      await migratePostgresSchema(createSql(connection, timing));
      expect(await readVersions()).toEqual(allVersions);
      const statements: string[] = [];
      const counted: SqlConnection = {
        ...keptOpen(connection),
        query(text, values) {
          statements.push(text);
          return connection.query(text, values);
        },
      };
      await migratePostgresSchema(createSql(counted, timing));
      expect(statements).toHaveLength(1);
    });

    test("the view has the columns that people's SQL counts on, in their order", async () => {
      await migratePostgresSchema(createSql(connection, timing));
      const { rows } = await connection.query(
        `SELECT column_name AS name, data_type AS type FROM information_schema.columns
        WHERE table_name = 'search_rows' ORDER BY ordinal_position`,
        [],
      );
      expect(rows).toEqual([
        { name: "site_url", type: "text" },
        { name: "report", type: "text" },
        { name: "date", type: "date" },
        { name: "search_type", type: "text" },
        { name: "page", type: "text" },
        { name: "query", type: "text" },
        { name: "country", type: "text" },
        { name: "device", type: "text" },
        { name: "search_appearance", type: "text" },
        { name: "hour", type: "text" },
        { name: "clicks", type: "double precision" },
        { name: "impressions", type: "double precision" },
        { name: "ctr", type: "double precision" },
        { name: "position", type: "double precision" },
        { name: "hour_utc", type: "timestamp without time zone" },
        { name: "final", type: "boolean" },
      ]);
    });

    test("a database opened by many at once is migrated once", async () => {
      for (let round = 0; round < 3; round += 1) {
        await dropAll(connection);
        const sqls = Array.from({ length: 8 }, () => createSql(connection, timing));
        await Promise.all(sqls.map((sql) => migratePostgresSchema(sql)));
        expect(await readVersions()).toEqual(allVersions);
      }
    });

    test("a migration that died anywhere is finished by the next opening", async () => {
      let deaths = 0;
      for (let calls = 0; ; calls += 1) {
        await dropAll(connection);
        let left = calls;
        const dying: SqlConnection = {
          ...keptOpen(connection),
          query(text, values) {
            left -= 1;
            if (left < 0) return Promise.reject(new Error("the wire broke"));
            return connection.query(text, values);
          },
        };
        const died = await migratePostgresSchema(createSql(dying, timing)).then(
          () => false,
          () => true,
        );
        const store = await createPostgresRowStore(keptOpen(connection));
        expect(await store.sweepGenerations(0)).toBe(0);
        if (!died) break;
        deaths += 1;
      }
      expect(deaths).toBeGreaterThan(4);
    });

    test("a schema that a newer version has expanded is used as it is", async () => {
      await migratePostgresSchema(createSql(connection, timing));
      const newer = schemaVersion + 1;
      await connection.query("ALTER TABLE unit ADD COLUMN added text", []);
      await connection.query(`INSERT INTO schema_version VALUES (${newer}, now())`, []);
      const store = await openPostgresRowStore(server.url);
      expect(await store.readUnits({ siteUrl: "x", ...range })).toEqual([]);
      await store.close();
      expect(await readVersions()).toEqual([...allVersions, { version: newer }]);
    });

    test("a newer schema is refused by name, and nothing is changed", async () => {
      await migratePostgresSchema(createSql(connection, timing));
      const newer = 1_000;
      await connection.query(`INSERT INTO schema_version VALUES (${newer}, now())`, []);
      await expect(openPostgresRowStore(server.url)).rejects.toMatchObject({
        name: "RowStoreError",
        code: "schema",
        message: expect.stringContaining(`schema version ${newer}`),
      });
      expect(await readVersions()).toEqual([...allVersions, { version: newer }]);
    });

    test.each([
      "CREATE TABLE unit (id integer)",
      "CREATE TABLE schema_version (installed_rank integer)",
      "CREATE VIEW search_rows AS SELECT 1 AS one",
    ])("a database that is somebody else's (%s) is refused", async (statement) => {
      await connection.query(statement, []);
      const tables = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v') ORDER BY 1";
      const before = await connection.query(tables, []);
      await expect(openPostgresRowStore(server.url)).rejects.toMatchObject({ code: "schema" });
      expect((await connection.query(tables, [])).rows).toEqual(before.rows);
    });
  });
}

describeSchema("schema on the embedded Postgres", () => startPostgresServer());

const folder = realPostgresFolder();

if (folder === undefined) {
  describe("schema on a real Postgres", () => {
    test.skip("needs the programs initdb and postgres on this machine", () => {});
  });
} else {
  describeSchema("schema on a real Postgres", () => startRealPostgres(folder));

  describe("a database that is not fit", () => {
    let server: Server;
    beforeAll(async () => {
      server = await startRealPostgres(folder);
    });
    afterAll(() => server.stop());

    test.each([
      [
        "a role that may make no tables",
        [
          "CREATE DATABASE unfit",
          "CREATE ROLE poor LOGIN",
          "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        ],
        "poor",
        'the role poor may not make tables in the schema public: have its owner run GRANT USAGE, CREATE ON SCHEMA "public" TO "poor"',
      ],
      [
        "LATIN1",
        ["CREATE DATABASE unfit TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'"],
        "postgres",
        "the database's encoding is LATIN1, and rows hold every script: make one with CREATE DATABASE gsc TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'",
      ],
      [
        "read-only",
        ["CREATE DATABASE unfit", "ALTER DATABASE unfit SET default_transaction_read_only = on"],
        "postgres",
        "the database is read-only (a replica, or default_transaction_read_only is on): name one that can be written",
      ],
    ])(
      "%s: is refused with its own words, and left empty",
      async (_what, statements, role, said) => {
        const admin = createPostgresPool(server.url, 1);
        await admin.query("DROP DATABASE IF EXISTS unfit", []);
        for (const statement of statements) {
          if (!statement.includes("SCHEMA")) await admin.query(statement, []);
        }
        await admin.end();
        const url = new URL(server.url);
        url.pathname = "/unfit";
        const owner = createPostgresPool(url.href, 1);
        for (const statement of statements) {
          if (statement.includes("SCHEMA")) await owner.query(statement, []);
        }
        url.username = role;
        await expect(openPostgresRowStore(url.href)).rejects.toMatchObject({
          code: "schema",
          message: said,
        });
        const left = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace";
        expect((await owner.query(left, [])).rows).toEqual([]);
        await owner.end();
      },
    );
  });
}
