import pg from "pg";
import { sideBySide } from "../../shared/lib/side-by-side.ts";
import { parsePacificDate } from "../../shared/request/pacific-date.ts";
import { binaryArrays } from "../../shared/rows/postgres-arrays.ts";
import type { StoredRow } from "../../shared/rows/stored-row.ts";
import { unitId } from "../../shared/rows/unit-record.ts";

/**
 * What a client that only wants these rows in this table would send; encoded before the clock. Each
 * generation gets all of them.
 */
export type PlainPostgres = {
  upsert(connections: number): Promise<void>;
  /** Which fails where a row is there already. */
  insert(connections: number): Promise<void>;
  copy(): Promise<void>;
  end(): Promise<void>;
};

const columns = `(unit_id, generation, row_key, page, query, country, device, search_appearance,
  hour, clicks, impressions, ctr, position)`;

const insertRows = `INSERT INTO search_row ${columns}
  SELECT $1::uuid, $2::bigint, r.* FROM unnest($3::bytea[], $4::text[], $5::text[], $6::text[],
    $7::text[], $8::text[], $9::text[], $10::float8[], $11::float8[], $12::float8[], $13::float8[]) AS r`;

const upsertRows = `${insertRows}
  ON CONFLICT (unit_id, generation, row_key) DO UPDATE SET
    page = EXCLUDED.page, query = EXCLUDED.query, country = EXCLUDED.country,
    device = EXCLUDED.device, search_appearance = EXCLUDED.search_appearance,
    hour = EXCLUDED.hour, clicks = EXCLUDED.clicks, impressions = EXCLUDED.impressions,
    ctr = EXCLUDED.ctr, position = EXCLUDED.position`;

const statementRows = 3_000;

export function plainPostgres(
  url: string,
  rows: readonly StoredRow[],
  generations: readonly number[],
): PlainPostgres {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  const date = parsePacificDate("2026-01-01");
  if (date === undefined) throw new Error("no date");
  const id = unitId({ siteUrl: "sc-domain:plain.example", report: "page_query", date });
  const chunks = Array.from({ length: Math.ceil(rows.length / statementRows) }, (_, index) =>
    columnsOf(rows.slice(index * statementRows, (index + 1) * statementRows)),
  );
  const statements = generations.flatMap((generation) =>
    chunks.map((chunk) => [id, generation, ...chunk]),
  );
  const lines = copyLines(rows);
  const copied = generations.map((generation) =>
    Buffer.from(lines.map((line) => `${id}\t${generation}\t${line}`).join("")),
  );
  return {
    async upsert(connections) {
      await sideBySide(statements, connections, (values) => pool.query(upsertRows, values));
    },
    async insert(connections) {
      await sideBySide(statements, connections, (values) => pool.query(insertRows, values));
    },
    async copy() {
      for (const bytes of copied) {
        await copyFrom(pool, `COPY search_row ${columns} FROM STDIN`, bytes);
      }
    },
    end: () => pool.end(),
  };
}

function columnsOf(rows: readonly StoredRow[]): unknown[] {
  return [
    binaryArrays.digests(Buffer.from(rows.map(({ key }) => key).join(""), "hex")),
    textColumn(rows.map(({ page }) => page ?? "")),
    textColumn(rows.map(({ query }) => query ?? "")),
    ...[null, null, null, null],
    binaryArrays.numbers(rows.map(({ clicks }) => clicks)),
    binaryArrays.numbers(rows.map(({ impressions }) => impressions)),
    binaryArrays.numbers(rows.map(({ ctr }) => ctr)),
    binaryArrays.numbers(rows.map(({ position }) => position)),
  ];
}

function textColumn(values: readonly string[]): Buffer {
  return binaryArrays.text(values, Buffer.byteLength(values.join("")));
}

function copyLines(rows: readonly StoredRow[]): readonly string[] {
  const field = (value: string | null) => value?.replaceAll(/[\\\t\n\r]/g, " ") ?? "\\N";
  return rows.map((row) =>
    [
      `\\\\x${row.key}`,
      ...[row.page, row.query, row.country, row.device, row.searchAppearance, row.hour].map(field),
      ...[row.clicks, row.impressions, row.ctr, row.position],
    ]
      .join("\t")
      .concat("\n"),
  );
}

/** The driver speaks COPY, and leaves it to a query object of one's own to ask for it. */
async function copyFrom(pool: pg.Pool, text: string, bytes: Buffer): Promise<void> {
  const client = await pool.connect();
  const done = Promise.withResolvers<void>();
  type Wire = {
    query(text: string): void;
    sendCopyFromChunk(chunk: Buffer): void;
    endCopyFrom(): void;
  };
  const query = {
    submit: (wire: Wire) => wire.query(text),
    handleCopyInResponse(wire: Wire) {
      wire.sendCopyFromChunk(bytes);
      wire.endCopyFrom();
    },
    handleError: (error: Error) => done.reject(error),
    handleReadyForQuery: () => done.resolve(),
    handleCommandComplete() {},
  };
  try {
    client.query(query as unknown as pg.Submittable);
    await done.promise;
  } finally {
    client.release();
  }
}
