import { describe, expect, test } from "vitest";
import { createPostgresPool, type SqlConnection } from "../../shared/rows/postgres-connection.ts";
import { dsqlDialect } from "../../shared/rows/postgres-dialect.ts";
import { describeRowStore } from "../contracts/row-store-contract.ts";
import { startPostgresServer } from "../support/postgres/postgres-server.ts";
import { dsqlFaults, type SentStatement } from "../support/stores/dsql-limits.ts";
import { dsqlLintMissing, lintForDsql } from "../support/stores/dsql-lint.ts";
import { postgresBackend } from "../support/stores/postgres-row-store-backend.ts";

/**
 * Aurora DSQL cannot run here. What a store in its dialect sends while the contract suite uses
 * everything is collected, and held to what is documented of it.
 */
const sent = new Map<string, SentStatement[]>();

describeRowStore("row store in Aurora DSQL's dialect, on the embedded Postgres", async () => {
  const server = await startPostgresServer();
  const connection = createPostgresPool(server.url, 8);
  return postgresBackend(
    connection,
    async () => {
      await connection.end();
      await server.stop();
    },
    { dialect: dsqlDialect, wire: recording },
  );
});

function recording(connection: SqlConnection): SqlConnection {
  return {
    async query(text, values) {
      // The one word that Postgres does not know.
      const result = await connection.query(text.replace("INDEX ASYNC", "INDEX"), values);
      const seen = sent.get(text) ?? [];
      sent.set(text, seen);
      seen.push({
        text,
        bytes: values.reduce<number>((sum, value) => sum + sizeOf(value), 0),
        parameters: values.length,
        rows: result.rowCount ?? 0,
      });
      return result;
    },
    end: () => connection.end(),
  };
}

function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + sizeOf(each), 0);
  if (typeof value === "string") return Buffer.byteLength(value);
  return 8;
}

describe("what was sent", () => {
  test("is every kind of statement that the store has", () => {
    const kinds = [...sent.keys()].map((text) => text.trim().split(/\s+/).slice(0, 3).join(" "));
    expect([...new Set(kinds)].sort()).toEqual(
      [
        "ALTER TABLE generation",
        "ALTER TABLE unit",
        "CREATE INDEX ASYNC",
        "CREATE OR REPLACE",
        "CREATE TABLE IF",
        "DELETE FROM generation",
        "DELETE FROM purge",
        "DELETE FROM search_row",
        "INSERT INTO generation",
        "INSERT INTO purge",
        "INSERT INTO schema_version",
        "INSERT INTO search_row",
        "SELECT flipped_at IS",
        "SELECT g.unit_id::text AS",
        "SELECT max(version) AS",
        "SELECT row_key, page,",
        "SELECT site_url, report,",
        "SELECT u.unit_id::text AS",
        "UPDATE generation SET",
        "UPDATE generation g",
        "WITH gone AS",
        "WITH registered AS",
      ].sort(),
    );
  });

  test("is nothing that Aurora DSQL would refuse", () => {
    const faults = [...sent.values()]
      .flat()
      .flatMap((statement) => dsqlFaults(statement).map((fault) => `${fault}: ${statement.text}`));
    expect([...new Set(faults)]).toEqual([]);
  });

  test("came near the limits: 3,000 rows, megabytes", () => {
    const writes = [...sent.values()].flat().filter(({ text }) => text.startsWith("INSERT"));
    expect(Math.max(...writes.map(({ rows }) => rows))).toBe(3_000);
    expect(Math.max(...writes.map(({ bytes }) => bytes))).toBeGreaterThan(4 * 1_024 * 1_024);
  });

  const missing = dsqlLintMissing();
  test.skipIf(missing !== undefined)("passes AWS's own linter", () => {
    expect(lintForDsql([...sent.keys()])).toMatchObject({ code: 0 });
    expect(lintForDsql(["CREATE INDEX x ON unit (report)"])).toMatchObject({ code: 1 });
  });
});

describe("the judge of statements", () => {
  const fine: SentStatement = { text: "SELECT 1", bytes: 0, parameters: 0, rows: 0 };

  test("finds nothing in what is fine", () => {
    expect(dsqlFaults(fine)).toEqual([]);
    expect(dsqlFaults({ ...fine, rows: 10_000 })).toEqual([]);
    expect(dsqlFaults({ ...fine, text: "DELETE FROM unit", rows: 3_000 })).toEqual([]);
  });

  test.each([
    "SELECT 1; SELECT 2",
    "BEGIN",
    "TRUNCATE unit",
    "CREATE TEMP TABLE t (id uuid NOT NULL, PRIMARY KEY (id))",
    "CREATE TABLE t (id bytea NOT NULL, PRIMARY KEY (id))",
    "CREATE TABLE t (id uuid NOT NULL, n text, k bytea, PRIMARY KEY (id), UNIQUE (n, k))",
    "CREATE TABLE t (id uuid NOT NULL, tags text[], PRIMARY KEY (id))",
    "CREATE TABLE t (id uuid NOT NULL)",
    "CREATE TABLE t (id uuid NOT NULL REFERENCES unit, PRIMARY KEY (id))",
    "CREATE TABLE t (a text, b text, c text, d text, e text, f text, g text, h text, i text, PRIMARY KEY (a, b, c, d, e, f, g, h, i))",
    "CREATE INDEX i ON unit (report)",
    "CREATE INDEX ASYNC i ON unit (report DESC)",
    "CREATE INDEX ASYNC i ON unit (report) WHERE capped",
    "ALTER TABLE unit ADD COLUMN n integer NOT NULL",
    "ALTER TABLE unit ADD CONSTRAINT u UNIQUE (report)",
    "CREATE SEQUENCE s",
    "SELECT count(*) FROM search_row",
    "SELECT report COLLATE de FROM unit",
    "COPY unit FROM STDIN",
    "DO $$ BEGIN END $$",
  ])("refuses %s", (text) => {
    expect(dsqlFaults({ ...fine, text })).not.toEqual([]);
  });

  test.each([{ rows: 3_001 }, { bytes: 10 * 1_024 * 1_024 + 1 }, { parameters: 65_536 }])(
    "refuses a write of %o",
    (size) => {
      expect(dsqlFaults({ ...fine, text: "INSERT INTO unit SELECT 1", ...size })).not.toEqual([]);
    },
  );
});
