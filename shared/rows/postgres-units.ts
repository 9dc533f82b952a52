import { hash } from "node:crypto";
import * as z from "zod";
import { compact } from "../lib/compact.ts";
import { parsePacificDate } from "../request/pacific-date.ts";
import { type ReportShape, ReportShapeSchema } from "../request/report.ts";
import type { SqlDialect } from "./postgres-dialect.ts";
import type { Sql } from "./postgres-sql.ts";
import type { UnitQuery } from "./row-store.ts";
import { RowStoreError } from "./row-store-error.ts";
import type { UnitRecord } from "./unit-record.ts";
import { unitId } from "./unit-record.ts";

/** A unit record and what the rows of its report look like. */
export type StoredUnit = { readonly record: UnitRecord; readonly searchType: string };

export async function readUnits(sql: Sql, query: UnitQuery): Promise<readonly StoredUnit[]> {
  const units = await sql.read(
    StoredUnitSchema,
    `SELECT ${unitColumns} FROM unit
    WHERE site_hash = $1::${sql.dialect.digestType} AND date BETWEEN $2::date AND $3::date
      AND ($4::text[] IS NULL OR report = ANY($4::text[]))`,
    [sql.dialect.digest(siteHash(query.siteUrl)), query.from, query.to, query.reports ?? null],
  );
  // Sorted here: the order of a text column depends on the database's collation.
  return units.sort(byDateThenReport);
}

export async function readUnit(sql: Sql, id: string): Promise<StoredUnit | undefined> {
  const text = `SELECT ${unitColumns} FROM unit WHERE unit_id = $1::uuid`;
  const [unit] = await sql.read(StoredUnitSchema, text, [id]);
  return unit;
}

/**
 * One statement: the generation is marked flipped and the pointer moves, or nothing happens. That
 * both it and the sweep write the generation's row is what keeps them apart: whichever comes
 * second finds `doomed_at` or `flipped_at` set, or conflicts and is retried. A purge that was
 * there before this statement refuses it; of one that came meanwhile see `postgres-purge.ts`.
 */
export async function completeUnit(
  sql: Sql,
  record: UnitRecord,
  shape: ReportShape,
  nowMs: number,
): Promise<"flipped" | "superseded"> {
  const id = unitId(record);
  const completedAt = new Date(nowMs).toISOString();
  const moved = await sql.read(z.unknown(), flip(sql.dialect), [
    id,
    record.generation,
    completedAt,
    sql.dialect.digest(siteHash(record.siteUrl)),
    record.siteUrl,
    record.report,
    record.date,
    shape.searchType,
    JSON.stringify(shape.dimensions),
    record.runId,
    record.rows,
    record.fetchedRows,
    JSON.stringify(record.pages),
    record.clicks,
    record.impressions,
    record.hash,
    record.capped,
    record.aggregation,
    record.firstIncompleteDate,
    new Date(record.fetchedAtMs).toISOString(),
    record.shape === undefined ? null : JSON.stringify(record.shape),
  ]);
  if (moved.length > 0) return "flipped";
  const visible = await readUnit(sql, id);
  if (visible?.record.generation !== record.generation) return "superseded";
  if (visible.record.hash === record.hash) return "flipped";
  throw new RowStoreError(
    "generation-closed",
    `generation ${record.generation} of ${record.siteUrl} ${record.report} ${record.date} is visible already, with other rows`,
  );
}

const flip = ({ digestType }: SqlDialect) => `WITH registered AS (
    UPDATE generation SET flipped_at = coalesce(flipped_at, $3::timestamptz)
    WHERE unit_id = $1::uuid AND generation = $2::bigint AND doomed_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM purge p WHERE p.site_hash = $4::${digestType}
        AND p.report IN ('', $6::text) AND p.token > $2::bigint AND p.before_date > $7::date)
    RETURNING unit_id, generation
  )
  INSERT INTO unit (unit_id, generation, completed_at, site_hash, site_url, report, date,
    search_type, dimensions, run_id, rows, fetched_rows, pages, clicks, impressions, hash, capped,
    aggregation, first_incomplete_date, fetched_at, shape)
  SELECT unit_id, generation, $3::timestamptz, $4::${digestType}, $5::text, $6::text, $7::date,
    $8::text, $9::text, $10::text, $11::integer, $12::integer, $13::text, $14::float8, $15::float8,
    $16::text, $17::boolean, $18::text, $19::date, $20::timestamptz, $21::text
  FROM registered
  ON CONFLICT (unit_id) DO UPDATE SET generation = EXCLUDED.generation,
    completed_at = EXCLUDED.completed_at, search_type = EXCLUDED.search_type,
    dimensions = EXCLUDED.dimensions, run_id = EXCLUDED.run_id, rows = EXCLUDED.rows,
    fetched_rows = EXCLUDED.fetched_rows, pages = EXCLUDED.pages, clicks = EXCLUDED.clicks,
    impressions = EXCLUDED.impressions, hash = EXCLUDED.hash, capped = EXCLUDED.capped,
    aggregation = EXCLUDED.aggregation, first_incomplete_date = EXCLUDED.first_incomplete_date,
    fetched_at = EXCLUDED.fetched_at, shape = EXCLUDED.shape
  WHERE unit.generation < EXCLUDED.generation
  RETURNING unit_id`;

const unitColumns = `site_url, report, to_char(date, 'YYYY-MM-DD') AS date, search_type, generation::text AS generation,
  run_id, rows, fetched_rows, pages, clicks, impressions, hash, capped, aggregation,
  to_char(first_incomplete_date, 'YYYY-MM-DD') AS first_incomplete_date,
  (extract(epoch FROM fetched_at) * 1000)::float8 AS fetched_at_ms, shape`;

const PacificDateColumn = z.string().transform((text, context) => {
  const date = parsePacificDate(text);
  if (date !== undefined) return date;
  context.addIssue({ code: "custom", message: "is not a date" });
  return z.NEVER;
});

const PagesColumn = z.string().transform((text) =>
  z
    .array(
      z.object({
        startRow: z.number(),
        rows: z.number(),
        searchAppearance: z.string().exactOptional(),
      }),
    )
    .parse(JSON.parse(text)),
);

const ShapeColumn = z
  .string()
  .nullable()
  .transform((text) => (text === null ? undefined : ReportShapeSchema.parse(JSON.parse(text))));

const StoredUnitSchema = z
  .object({
    site_url: z.string(),
    report: z.string(),
    date: PacificDateColumn,
    search_type: z.string(),
    generation: z.string().transform(Number),
    run_id: z.string(),
    rows: z.number(),
    fetched_rows: z.number(),
    pages: PagesColumn,
    clicks: z.number(),
    impressions: z.number(),
    hash: z.string(),
    capped: z.boolean(),
    aggregation: z.string().nullable(),
    first_incomplete_date: PacificDateColumn.nullable(),
    fetched_at_ms: z.number(),
    shape: ShapeColumn,
  })
  .transform(
    (columns): StoredUnit => ({
      searchType: columns.search_type,
      record: compact({
        siteUrl: columns.site_url,
        report: columns.report,
        date: columns.date,
        generation: columns.generation,
        runId: columns.run_id,
        shape: columns.shape,
        rows: columns.rows,
        fetchedRows: columns.fetched_rows,
        pages: columns.pages,
        clicks: columns.clicks,
        impressions: columns.impressions,
        hash: columns.hash,
        capped: columns.capped,
        aggregation: columns.aggregation,
        firstIncompleteDate: columns.first_incomplete_date,
        fetchedAtMs: Math.round(columns.fetched_at_ms),
      }),
    }),
  );

export function siteHash(siteUrl: string): string {
  return hash("sha256", siteUrl);
}

function byDateThenReport({ record: a }: StoredUnit, { record: b }: StoredUnit): number {
  if (a.date !== b.date) return a.date < b.date ? -1 : 1;
  if (a.report !== b.report) return a.report < b.report ? -1 : 1;
  return 0;
}
