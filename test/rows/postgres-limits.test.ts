import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPostgresServer } from "../../local/postgres-server.ts";
import { createPostgresPool, type SqlConnection } from "../../shared/rows/postgres-connection.ts";
import { createPostgresRowStore } from "../../shared/rows/postgres-row-store.ts";
import { generationGraceMs, type RowStore } from "../../shared/rows/row-store.ts";
import {
  pageQuery,
  sampleRecord,
  sampleRow,
  sampleRows,
  sampleUnit,
} from "../support/row-samples.ts";

/** Aurora DSQL cannot run here: what the store sends is held to its documented limits instead. */
describe("what is sent to Postgres", () => {
  type Statement = {
    readonly text: string;
    readonly values: readonly unknown[];
    readonly rows: number;
  };
  const statements: Statement[] = [];
  let server: Awaited<ReturnType<typeof startPostgresServer>>;
  let connection: SqlConnection;
  let store: RowStore;

  beforeAll(async () => {
    server = await startPostgresServer();
    connection = createPostgresPool(server.url);
    store = await createPostgresRowStore({
      async query(text, values) {
        const result = await connection.query(text, values);
        statements.push({ text, values, rows: result.rowCount ?? 0 });
        return result;
      },
      end: () => connection.end(),
    });
    await useEverything();
  });
  afterAll(async () => {
    await store.close();
    await server.stop();
  });

  async function useEverything() {
    const unit = sampleUnit();
    const long = Array.from({ length: 3_000 }, (_, index) =>
      sampleRow([`https://example.com/${"é".repeat(2_000)}${index}`, "q".repeat(200)]),
    );
    for (const generation of [1, 2, 3]) {
      await store.beginGeneration(unit, generation, 0);
      await store.writeRows(unit, generation, pageQuery, [...sampleRows(6_500), ...long]);
      if (generation === 2) await store.clearGeneration(unit, generation);
      else
        await store.completeUnit(
          sampleRecord(unit, generation, [[...sampleRows(6_500), ...long]]),
          0,
        );
    }
    for await (const row of store.streamRows({ ...unit, from: unit.date, to: unit.date })) {
      expect(row.date).toBe(unit.date);
    }
    for (const hours of [1, 2, 3]) await store.sweepGenerations(hours * generationGraceMs);
  }

  test("changes at most 3,000 rows and 10 MiB in a statement", () => {
    const writes = statements.filter(({ text }) => /^\s*(INSERT|UPDATE|DELETE|WITH)/.test(text));
    expect(Math.max(...writes.map(({ rows }) => rows))).toBe(3_000);
    const sizes = writes.map(({ values }) => Buffer.byteLength(JSON.stringify(values.slice(3))));
    expect(Math.max(...sizes)).toBeGreaterThan(4 * 1_024 * 1_024);
    expect(Math.max(...sizes)).toBeLessThan(10 * 1_024 * 1_024);
  });

  test("is single statements, without what Aurora DSQL lacks", () => {
    expect(statements.length).toBeGreaterThan(20);
    for (const { text } of statements) {
      expect(text).not.toMatch(/;/);
      expect(text).not.toMatch(
        /\b(BEGIN|SAVEPOINT|TRUNCATE|TEMP|TEMPORARY|REFERENCES|FOREIGN|TRIGGER|SERIAL|SEQUENCE|JSONB|COLLATE|LOCK|COUNT\s*\(|COPY|CREATE\s+(UNIQUE\s+)?INDEX|ALTER(?!\s+TABLE\s+\w+\s+ADD\s+COLUMN\s)|DO\s+\$)/i,
      );
    }
  });

  test("indexes no raw URL or query", () => {
    const keys = statements.flatMap(({ text }) =>
      [...text.matchAll(/(?:PRIMARY KEY|UNIQUE) \(([^)]*)\)/g)].map((match) => match[1]),
    );
    expect([...new Set(keys)]).toEqual([
      "version",
      "unit_id",
      "site_hash, date, report",
      "unit_id, generation",
      "unit_id, generation, row_key",
    ]);
  });
});
