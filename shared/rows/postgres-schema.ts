import * as z from "zod";
import type { SqlDialect } from "./postgres-dialect.ts";
import { type Sql, sqlCode } from "./postgres-sql.ts";
import { RowStoreError } from "./row-store-error.ts";

/**
 * The schema, as numbered migrations. Aurora DSQL takes one DDL statement a transaction and no
 * ADD CONSTRAINT, so each statement is committed alone, is safe to repeat (a crash leaves a
 * migration half done; two processes may run it at once), and constraints stand in CREATE TABLE.
 * A migration that has been released is never edited: add the next one.
 *
 * - `unit`: one row a unit that is stored; `generation` points at its visible rows. A site URL may
 *   be longer than an index key, hence `site_hash`. `shape` (version 2) is what the report asked
 *   for, null where it was not kept.
 * - `generation`: begun -> flipped, or begun -> doomed; see postgres-sweep.ts. Most rows were never
 *   doomed: the index (version 3) finds the others.
 * - `search_row`: rows of all generations, seen by people through the view only.
 * - `search_rows`: the contract with people's SQL; columns are added to it, never changed.
 */
const migrations: readonly Migration[] = [
  {
    version: 1,
    statements: ({ digestType }) => [
      `CREATE TABLE IF NOT EXISTS unit (
        unit_id uuid NOT NULL,
        site_hash ${digestType} NOT NULL,
        site_url text NOT NULL,
        report text NOT NULL,
        date date NOT NULL,
        search_type text NOT NULL,
        dimensions text NOT NULL,
        generation bigint NOT NULL,
        run_id text NOT NULL,
        rows integer NOT NULL,
        fetched_rows integer NOT NULL,
        pages text NOT NULL,
        clicks double precision NOT NULL,
        impressions double precision NOT NULL,
        hash text NOT NULL,
        capped boolean NOT NULL,
        aggregation text,
        first_incomplete_date date,
        fetched_at timestamptz NOT NULL,
        completed_at timestamptz NOT NULL,
        PRIMARY KEY (unit_id),
        UNIQUE (site_hash, date, report)
      )`,
      `CREATE TABLE IF NOT EXISTS generation (
        unit_id uuid NOT NULL,
        generation bigint NOT NULL,
        begun_at timestamptz NOT NULL,
        flipped_at timestamptz,
        doomed_at timestamptz,
        emptied_at timestamptz,
        PRIMARY KEY (unit_id, generation)
      )`,
      `CREATE TABLE IF NOT EXISTS search_row (
        unit_id uuid NOT NULL,
        generation bigint NOT NULL,
        row_key ${digestType} NOT NULL,
        page text,
        query text,
        country text,
        device text,
        search_appearance text,
        hour text,
        clicks double precision NOT NULL,
        impressions double precision NOT NULL,
        ctr double precision NOT NULL,
        position double precision NOT NULL,
        PRIMARY KEY (unit_id, generation, row_key)
      )`,
      `CREATE OR REPLACE VIEW search_rows AS
        SELECT u.site_url, u.report, u.date, u.search_type,
          r.page, r.query, r.country, r.device, r.search_appearance, r.hour,
          r.clicks, r.impressions, r.ctr, r.position
        FROM unit u
        JOIN search_row r ON r.unit_id = u.unit_id AND r.generation = u.generation`,
    ],
  },
  { version: 2, statements: () => ["ALTER TABLE unit ADD COLUMN IF NOT EXISTS shape text"] },
  {
    version: 3,
    statements: ({ createIndex }) => [
      `${createIndex} IF NOT EXISTS generation_doomed_at ON generation (doomed_at)`,
    ],
  },
];

type Migration = {
  readonly version: number;
  readonly statements: (dialect: SqlDialect) => readonly string[];
};

/** The schema version that this code reads and writes. */
export const schemaVersion = Math.max(...migrations.map(({ version }) => version));

/**
 * Brings a database to {@link schemaVersion}, or refuses it with a RowStoreError: one that a newer
 * gsc-sync has migrated, or whose tables of these names are not ours. A current one costs one query.
 */
export async function migratePostgresSchema(sql: Sql): Promise<void> {
  const found = await readKnownVersion(sql);
  for (const { version, statements } of migrations) {
    if (version > found) await applyMigration(sql, version, statements(sql.dialect));
  }
}

/**
 * Refuses a database that is not at {@link schemaVersion}, with a RowStoreError; changes nothing.
 * For clients that may not define: where the deploy migrates. One query.
 */
export async function requirePostgresSchema(sql: Sql): Promise<void> {
  const found = await readKnownVersion(sql);
  if (found === schemaVersion) return;
  throw new RowStoreError(
    "schema",
    `the database has schema version ${found}, this gsc-sync needs ${schemaVersion}: deploy the stage, which migrates it`,
  );
}

async function readKnownVersion(sql: Sql): Promise<number> {
  const found = await readSchemaVersion(sql);
  if (found <= schemaVersion) return found;
  throw new RowStoreError(
    "schema",
    `the database has schema version ${found}, this gsc-sync knows versions up to ${schemaVersion}: update gsc-sync, or use another database`,
  );
}

const createVersionTable = `CREATE TABLE IF NOT EXISTS schema_version (
  version integer NOT NULL, applied_at timestamptz NOT NULL, PRIMARY KEY (version))`;

const undefinedTable = "42P01";

async function readSchemaVersion(sql: Sql): Promise<number> {
  const select = "SELECT max(version) AS version FROM schema_version";
  try {
    const [row] = await sql.read(z.object({ version: z.number().nullable() }), select);
    return row?.version ?? 0;
  } catch (error) {
    if (sqlCode(error) === undefinedTable) return 0;
    throw refusal(error);
  }
}

async function applyMigration(sql: Sql, version: number, statements: readonly string[]) {
  try {
    for (const statement of [createVersionTable, ...statements]) await define(sql, statement);
    await sql.run(
      `INSERT INTO schema_version (version, applied_at) VALUES ($1, CURRENT_TIMESTAMP)
      ON CONFLICT (version) DO NOTHING`,
      [version],
    );
  } catch (error) {
    throw refusal(error);
  }
}

/**
 * IF NOT EXISTS looks before it creates: of two processes one may still meet the other's table
 * (42P07, or 23505 and 42710 from the catalogue) or view (XX000, tuple concurrently updated).
 */
const definedByAnother = new Set(["42P07", "23505", "42710", "XX000"]);

async function define(sql: Sql, statement: string): Promise<void> {
  try {
    await sql.run(statement);
  } catch (error) {
    if (!definedByAnother.has(sqlCode(error))) throw error;
    await sql.run(statement);
  }
}

/** Faults in the definition (class 42: syntax, missing columns, wrong kinds) mean foreign tables. */
function refusal(error: unknown): unknown {
  if (!sqlCode(error).startsWith("42")) return error;
  return new RowStoreError(
    "schema",
    `the database holds tables named like ours that are not: ${error instanceof Error ? error.message : ""}; use an empty database`,
    error,
  );
}
