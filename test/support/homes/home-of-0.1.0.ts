import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import { createDatabase } from "../postgres/postgres-template.ts";

/**
 * A home as version 0.1.0 left it: format 1, its rows in an embedded Postgres. The statements are that
 * version's own and are never edited. Units: whole with odd text, superseded, empty, of a
 * report that is not built in, and one whose rows were never flipped.
 */
export async function makeHomeOf010(folder: string): Promise<void> {
  await mkdir(join(folder, "postgres"), { recursive: true });
  await writeFile(join(folder, "home.json"), '{"format":1}\n');
  const database = await createDatabase(join(folder, "postgres/database"));
  for (const statement of schema) await database.exec(statement);
  await fill(database);
  await database.close();
}

const schema = [
  "CREATE TABLE schema_version (version integer NOT NULL, applied_at timestamptz NOT NULL, PRIMARY KEY (version))",
  `CREATE TABLE unit (unit_id uuid NOT NULL, site_hash bytea NOT NULL, site_url text NOT NULL,
    report text NOT NULL, date date NOT NULL, search_type text NOT NULL, dimensions text NOT NULL,
    generation bigint NOT NULL, run_id text NOT NULL, rows integer NOT NULL,
    fetched_rows integer NOT NULL, pages text NOT NULL, clicks double precision NOT NULL,
    impressions double precision NOT NULL, hash text NOT NULL, capped boolean NOT NULL,
    aggregation text, first_incomplete_date date, fetched_at timestamptz NOT NULL,
    completed_at timestamptz NOT NULL, PRIMARY KEY (unit_id), UNIQUE (site_hash, date, report))`,
  `CREATE TABLE generation (unit_id uuid NOT NULL, generation bigint NOT NULL,
    begun_at timestamptz NOT NULL, flipped_at timestamptz, doomed_at timestamptz,
    emptied_at timestamptz, PRIMARY KEY (unit_id, generation))`,
  `CREATE TABLE search_row (unit_id uuid NOT NULL, generation bigint NOT NULL,
    row_key bytea NOT NULL, page text, query text, country text, device text,
    search_appearance text, hour text, clicks double precision NOT NULL,
    impressions double precision NOT NULL, ctr double precision NOT NULL,
    position double precision NOT NULL, PRIMARY KEY (unit_id, generation, row_key))`,
  `CREATE VIEW search_rows AS SELECT u.site_url, u.report, u.date, u.search_type, r.page, r.query,
    r.country, r.device, r.search_appearance, r.hour, r.clicks, r.impressions, r.ctr, r.position
    FROM unit u JOIN search_row r ON r.unit_id = u.unit_id AND r.generation = u.generation`,
  "ALTER TABLE unit ADD COLUMN shape text",
  "CREATE INDEX generation_doomed_at ON generation (doomed_at)",
  "INSERT INTO schema_version SELECT n, now() FROM generate_series(1, 3) n",
];

async function fill(database: PGlite): Promise<void> {
  const days: readonly (readonly [string, string, number])[] = [
    ["2024-02-01", "page_query", 3],
    ["2026-03-01", "page_query", 12],
    ["2026-03-02", "page_query", 0],
    ["2026-03-03", "my_own", 2],
  ];
  for (const [date, report, rows] of days) {
    const id = await unitIdOf(database, "sc-domain:example.com", report, date);
    const own = report === "my_own";
    await database.query(
      `INSERT INTO unit SELECT $1::uuid, sha256(convert_to($2, 'UTF8')), $2, $3, $4::date, 'web', $5, 7,
        'run-of-0.1.0', $6::integer, $6::integer, '[{"startRow":0,"rows":' || $6 || '}]',
        $6::integer * 3, $6::integer * 10, 'hash-' || $4, false, 'byPage', NULL,
        timestamptz '2026-03-20 10:00:00.123+00', timestamptz '2026-03-20 10:00:01.5+00', $7`,
      [
        id,
        "sc-domain:example.com",
        report,
        date,
        own ? '["country","device"]' : '["page","query"]',
        rows,
        own ? null : '{"searchType":"web","dimensions":["page","query"],"dataState":"final"}',
      ],
    );
    // Of the visible generation, one that it superseded, and one that was never flipped.
    for (const generation of [6, 7, 8]) {
      await database.query(
        `INSERT INTO search_row SELECT $1::uuid, $2::bigint, sha256(convert_to($2 || ':' || n, 'UTF8')),
          CASE WHEN $4 THEN NULL ELSE 'https://example.com/ä?' || n || chr(8238) END,
          CASE WHEN $4 THEN NULL WHEN n < 3 THEN 'a' || chr(65533) ELSE 'q''";' || n END,
          CASE WHEN $4 THEN 'usa' || n END, CASE WHEN $4 THEN 'MOBILE' END, NULL, NULL,
          3, 10, 0.3, 1 + n / 3.0::float8 FROM generate_series(1, $3::integer) n`,
        [id, generation, rows, own],
      );
    }
  }
}

/** As version 0.1.0 computes it: 122 bits of a SHA-256 of the three parts as JSON. */
async function unitIdOf(database: PGlite, ...parts: readonly string[]): Promise<string> {
  const { rows } = await database.query<{ hex: string }>(
    "SELECT encode(sha256(convert_to($1, 'UTF8')), 'hex') AS hex",
    [JSON.stringify(parts)],
  );
  const hex = rows[0]?.hex ?? "";
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}
