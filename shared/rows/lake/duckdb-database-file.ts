import { DuckDBInstance } from "@duckdb/node-api";
import { quotedText } from "./duckdb-views.ts";

/** A unit a row, as `search_days` shows it. */
export type DayRow = Readonly<Record<string, unknown>>;

/**
 * Makes a DuckDB database of exported rows: the tables `search_rows` and `search_days`, and a view a
 * report. The statements are ours alone.
 */
export async function makeDatabaseFile(
  file: string,
  from: { readonly parquet: string; readonly days: string; readonly reports: readonly string[] },
): Promise<void> {
  const instance = await DuckDBInstance.create(file, { memory_limit: "512MiB", threads: "2" });
  try {
    const connection = await instance.connect();
    await connection.run(
      `CREATE TABLE search_rows AS SELECT * FROM read_parquet(${quotedText(from.parquet)})`,
    );
    await connection.run(`CREATE TABLE search_days AS SELECT * FROM
      read_json(${quotedText(from.days)}, format = 'newline_delimited', columns = {
        site_url: 'VARCHAR', report: 'VARCHAR', date: 'DATE', rows: 'BIGINT', clicks: 'BIGINT',
        impressions: 'BIGINT', capped: 'BOOLEAN', final: 'BOOLEAN', run_id: 'VARCHAR'})`);
    for (const report of from.reports) {
      if (report === "search_rows" || report === "search_days") continue;
      await connection.run(
        `CREATE VIEW "${report}" AS SELECT * FROM search_rows WHERE report = ${quotedText(report)}`,
      );
    }
    await connection.run("CHECKPOINT");
    connection.closeSync();
  } finally {
    instance.closeSync();
  }
}
