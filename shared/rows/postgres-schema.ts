import * as z from "zod";
import { dataDelayDays } from "../request/date-range.ts";
import { emptyUnitDelayDays } from "./finality.ts";
import type { SqlDialect } from "./postgres-dialect.ts";
import { type Sql, sqlCode } from "./postgres-sql.ts";
import { RowStoreError } from "./row-store-error.ts";
import { nextBreakingVersion } from "./schema-version.ts";

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
 * - `search_rows`, `search_days` (version 4): the contract with people's SQL; columns are added to
 *   them, never changed. `final` says in SQL what `finality.ts` says.
 * - `purge` (version 5): what older takes can never show again; see postgres-purge.ts. For it a
 *   generation says whose it is: null where an older version began it.
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
  {
    version: 4,
    statements: () => [
      `CREATE OR REPLACE VIEW search_rows AS
        SELECT u.site_url, u.report, u.date, u.search_type,
          r.page, r.query, r.country, r.device, r.search_appearance, r.hour,
          r.clicks, r.impressions, r.ctr, r.position,
          CASE WHEN r.hour ~ '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d([+-]\\d\\d:\\d\\d|Z)$'
            THEN r.hour::timestamptz AT TIME ZONE 'UTC' END AS hour_utc,
          ${isSettled("u")} AS final
        FROM unit u
        JOIN search_row r ON r.unit_id = u.unit_id AND r.generation = u.generation`,
      `CREATE OR REPLACE VIEW search_days AS
        SELECT u.site_url, u.report, u.date, u.search_type, u.rows, u.clicks, u.impressions,
          NULL::float8 AS total_clicks, NULL::float8 AS total_impressions,
          NULL::float8 AS hidden_click_share, NULL::text AS cause, u.capped,
          CASE WHEN u.rows > 0 THEN ${isSettled("u")}
            ELSE ${ageInDays("u")} > ${emptyUnitDelayDays} OR (${isSettled("u")} AND EXISTS (
              SELECT 1 FROM unit s WHERE s.site_hash = u.site_hash AND s.report = u.report
                AND s.date > u.date AND s.rows > 0
                AND s.fetched_at <= u.fetched_at + interval '1 hour')) END AS final,
          NULL::integer AS revision, u.run_id, u.completed_at
        FROM unit u`,
    ],
  },
  {
    version: 5,
    statements: ({ digestType }) => [
      `ALTER TABLE generation ADD COLUMN IF NOT EXISTS site_hash ${digestType}`,
      "ALTER TABLE generation ADD COLUMN IF NOT EXISTS report text",
      "ALTER TABLE generation ADD COLUMN IF NOT EXISTS date date",
      `CREATE TABLE IF NOT EXISTS purge (
        site_hash ${digestType} NOT NULL,
        report text NOT NULL,
        token bigint NOT NULL,
        before_date date NOT NULL,
        purged_at timestamptz NOT NULL,
        PRIMARY KEY (site_hash, report, token)
      )`,
    ],
  },
];

/** Pacific days from a unit's date to its fetch. */
function ageInDays(unit: string): string {
  return `((${unit}.fetched_at AT TIME ZONE 'America/Los_Angeles')::date - ${unit}.date)`;
}

function isSettled(unit: string): string {
  return `(${ageInDays(unit)} >= ${dataDelayDays}
    AND (${unit}.first_incomplete_date IS NULL OR ${unit}.first_incomplete_date > ${unit}.date))`;
}

type Migration = {
  readonly version: number;
  readonly statements: (dialect: SqlDialect) => readonly string[];
};

/** The schema version that this code reads and writes. */
export const schemaVersion = Math.max(...migrations.map(({ version }) => version));

const firstUnknownVersion = nextBreakingVersion(schemaVersion);

/**
 * Brings a database to {@link schemaVersion}, or refuses it with a RowStoreError before anything is
 * made in it: one whose schema this code cannot read, whose tables of these names are not ours, or
 * that is not fit for rows. A current one costs one query.
 */
export async function migratePostgresSchema(sql: Sql): Promise<void> {
  const found = await readKnownVersion(sql);
  if (found < schemaVersion && sql.dialect.name === "postgres") await requireFitDatabase(sql);
  for (const { version, statements } of migrations) {
    if (version > found) await applyMigration(sql, version, statements(sql.dialect));
  }
}

/**
 * Refuses a database that is not yet at {@link schemaVersion}, with a RowStoreError; changes nothing.
 * For clients that may not define: where the deploy migrates. One query.
 */
export async function requirePostgresSchema(sql: Sql): Promise<void> {
  const found = await readKnownVersion(sql);
  if (found >= schemaVersion) return;
  throw new RowStoreError(
    "schema",
    `the database has schema version ${found}, this gsc-sync needs ${schemaVersion}: deploy the stage, which migrates it`,
  );
}

async function readKnownVersion(sql: Sql): Promise<number> {
  const found = await readSchemaVersion(sql);
  if (found < firstUnknownVersion) return found;
  throw new RowStoreError(
    "schema",
    `the database has schema version ${found}, this gsc-sync knows versions below ${firstUnknownVersion}: update gsc-sync, or use another database`,
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
    for (const statement of [createVersionTable, ...statements]) {
      await define(sql, statement, version);
    }
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

/** A view that another process has expanded already cannot be made narrower again. */
const cannotDropColumns = "42P16";

async function define(sql: Sql, statement: string, version: number): Promise<void> {
  try {
    await sql.run(statement);
  } catch (error) {
    const code = sqlCode(error);
    if (code === cannotDropColumns && (await readSchemaVersion(sql)) >= version) return;
    if (!definedByAnother.has(code)) throw error;
    await sql.run(statement);
  }
}

const FitnessSchema = z.object({
  encoding: z.string(),
  readOnly: z.boolean(),
  schema: z.string().nullable(),
  role: z.string(),
  mayCreate: z.boolean().nullable(),
  strangers: z.string().nullable(),
});

/** One query; each cause has its words, and the statement to run where there is one. */
async function requireFitDatabase(sql: Sql): Promise<void> {
  const [found] = await sql.read(
    FitnessSchema,
    `SELECT current_setting('server_encoding') AS encoding, current_user::text AS role,
      pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS "readOnly",
      current_schema()::text AS schema,
      has_schema_privilege(current_schema(), 'CREATE') AS "mayCreate",
      (SELECT string_agg(relname::text, ', ' ORDER BY relname) FROM pg_class
        WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
          AND relname IN
            ('unit', 'generation', 'search_row', 'search_rows', 'search_days', 'purge')
          AND to_regclass('schema_version') IS NULL) AS strangers`,
  );
  const fault = found && fitnessFault(found);
  if (fault !== undefined) throw new RowStoreError("schema", fault);
}

function fitnessFault(found: z.infer<typeof FitnessSchema>): string | undefined {
  const { encoding, readOnly, schema, role, mayCreate, strangers } = found;
  if (encoding !== "UTF8") {
    return `the database's encoding is ${encoding}, and rows hold every script: make one with CREATE DATABASE gsc TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'`;
  }
  if (readOnly) {
    return "the database is read-only (a replica, or default_transaction_read_only is on): name one that can be written";
  }
  if (strangers !== null) {
    return `the database holds ${strangers} of somebody else's: use an empty database, or another schema`;
  }
  if (schema === null) {
    return `the role ${role} has no schema to make tables in: have an administrator run CREATE SCHEMA AUTHORIZATION "${role}"`;
  }
  if (mayCreate === true) return undefined;
  return `the role ${role} may not make tables in the schema ${schema}: have its owner run GRANT USAGE, CREATE ON SCHEMA "${schema}" TO "${role}"`;
}

/** Faults in the definition (class 42: syntax, missing columns, wrong kinds) mean foreign tables. */
function refusal(error: unknown): unknown {
  const said = error instanceof Error ? error.message : "";
  if (sqlCode(error) === "42501") {
    return new RowStoreError(
      "schema",
      `the database's role lacks a right (${said}): tables belong to the role that made them`,
      error,
    );
  }
  if (!sqlCode(error).startsWith("42")) return error;
  return new RowStoreError(
    "schema",
    `the database holds tables named like ours that are not: ${said}; use an empty database`,
    error,
  );
}
