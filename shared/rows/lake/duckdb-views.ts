import { existsSync } from "node:fs";
import { appendFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { findReport } from "../../request/find-report.ts";
import type { Dimension } from "../../request/report.ts";
import { isFinal } from "../finality.ts";
import { type LakeLayout, siteFolderName } from "./lake-layout.ts";
import {
  listReports,
  listUnitFiles,
  readUnitFiles,
  type UnitFile,
  type UnitFileQuery,
} from "./parquet-unit-list.ts";
import type { AdmittedSql } from "./sql-admission.ts";
import type { StoredUnitRecord } from "./unit-metadata.ts";

/**
 * Makes the tables that a statement names, and no others: to open a hundred thousand files takes
 * seconds. The process's folder is the lake's `rows`, so that no glob holds the home's path.
 *
 * - `search_rows`: every visible row
 * - `search_days`: a unit a row
 * - a report's own name: its rows, without the dimensions that it lacks
 */
export async function makeViews(
  connection: DuckDBConnection,
  layout: LakeLayout,
  wanted: AdmittedSql,
  workFolder: string,
): Promise<void> {
  const { tables, ownTables, listsTables } = wanted;
  const sites = wanted.sites === undefined ? undefined : [...wanted.sites];
  const reports = await listReports(layout);
  const known = new Set(["search_days", "search_rows", ...reports]);
  // A name that nobody knows: "did you mean" must find the others, whatever is in them.
  const needsNames = [...tables].some((name) => !known.has(name) && !ownTables.has(name));

  async function make(name: string, report: string, columns: readonly string[]): Promise<void> {
    const needed = listsTables || tables.has(name);
    if (!needed && !needsNames) return;
    const globs = needed ? await filesOf(layout, report, sites) : [];
    await connection.run(viewText(name, globs, columns));
  }

  if (listsTables || tables.has("search_days")) {
    await makeSearchDays(connection, layout, sites, workFolder);
  } else if (needsNames) {
    await connection.run(viewText("search_days", [], firstColumns));
  }
  await make("search_rows", "*", allColumns);
  for (const report of reports) {
    if (report === "search_rows" || report === "search_days") continue;
    await make(report, report, await columnsOf(layout, report));
  }
}

const firstColumns = ["site_url", "report", "date", "search_type"];
const figures = ["clicks", "impressions", "ctr", "position"];
const dimensionColumns = ["page", "query", "country", "device", "search_appearance", "hour"];
const allColumns = [...firstColumns, ...dimensionColumns, ...figures, "hour_utc", "final"];

const columnTypes: Readonly<Record<string, string>> = {
  date: "DATE",
  hour_utc: "TIMESTAMP",
  clicks: "BIGINT",
  impressions: "BIGINT",
  ctr: "DOUBLE",
  position: "DOUBLE",
  final: "BOOLEAN",
};

/** From the path come the values by which files are left out unopened. */
const fromPath: Readonly<Record<string, string>> = { report: "kind", date: "day" };

function viewText(name: string, globs: readonly string[], columns: readonly string[]): string {
  const view = `CREATE VIEW ${quotedName(name)} AS SELECT`;
  if (globs.length === 0) {
    const typed = columns.map((column) => `NULL::${columnTypes[column] ?? "VARCHAR"} AS ${column}`);
    return `${view} ${typed.join(", ")} WHERE false`;
  }
  const selected = columns.map((column) =>
    fromPath[column] === undefined ? column : `${fromPath[column]} AS ${column}`,
  );
  const list = globs.map(quotedText).join(", ");
  return `${view} ${selected.join(", ")} FROM read_parquet([${list}], hive_partitioning = true,
    hive_types = {'site': VARCHAR, 'kind': VARCHAR, 'day': DATE})`;
}

/** Globs that match a file at least: DuckDB refuses others. */
async function filesOf(
  layout: LakeLayout,
  report: string,
  sites: readonly string[] | undefined,
): Promise<readonly string[]> {
  const glob = (site: string) => `${site}/kind=${report}/day=*/unit.parquet`;
  const reports = report === "*" ? undefined : [report];
  if (sites === undefined) {
    const found = await firstFile(layout, { reports });
    return found === undefined ? [] : [glob("site=*")];
  }
  const globs: string[] = [];
  for (const siteUrl of sites) {
    const found = await firstFile(layout, { siteUrl, reports });
    if (found !== undefined) globs.push(glob(siteFolderName(siteUrl)));
  }
  return globs;
}

/** A purge that was killed may leave days without a file. */
async function firstFile(layout: LakeLayout, query: UnitFileQuery): Promise<UnitFile | undefined> {
  for (const atMost of [1, Number.POSITIVE_INFINITY]) {
    const files = await listUnitFiles(layout, { ...query, atMost });
    const found = files.find(({ file }) => existsSync(file));
    if (found !== undefined || files.length === 0) return found;
  }
  return undefined;
}

const columnNames: Readonly<Record<Dimension, string>> = {
  page: "page",
  query: "query",
  country: "country",
  device: "device",
  searchAppearance: "search_appearance",
  hour: "hour",
};

/** A report's shape stands in each of its files; the built-in ones are known without. */
async function columnsOf(layout: LakeLayout, report: string): Promise<readonly string[]> {
  const file = await firstFile(layout, { reports: [report] });
  const [unit] = file === undefined ? [] : await readUnitFiles([file]);
  const shape = unit?.record.shape ?? findReport(report);
  if (shape === undefined) return allColumns;
  const own = shape.dimensions.map((dimension) => columnNames[dimension]);
  const hour = own.includes("hour") ? ["hour_utc"] : [];
  return [...firstColumns, ...own, ...figures, ...hour, "final"];
}

/** From the files themselves, by this process: there is nothing beside them to be believed. */
async function makeSearchDays(
  connection: DuckDBConnection,
  layout: LakeLayout,
  sites: readonly string[] | undefined,
  workFolder: string,
): Promise<void> {
  await connection.run(`CREATE TABLE search_days (site_url VARCHAR, report VARCHAR, date DATE,
    search_type VARCHAR, rows BIGINT, clicks BIGINT, impressions BIGINT, total_clicks BIGINT,
    total_impressions BIGINT, hidden_click_share DOUBLE, cause VARCHAR, capped BOOLEAN,
    final BOOLEAN, revision INTEGER, run_id VARCHAR, completed_at TIMESTAMPTZ)`);
  const file = join(workFolder, "days.jsonl");
  await writeFile(file, "");
  for (const siteUrl of sites ?? [undefined]) {
    const files = await listUnitFiles(layout, { siteUrl });
    // A property after the other: finality looks at no other's days, and few are in memory at once.
    for (const ofOne of Map.groupBy(files, siteFolderOf).values()) {
      const lines = daysOf(await readUnitFiles(ofOne)).map((day) => `${JSON.stringify(day)}\n`);
      await appendFile(file, lines.join(""));
    }
  }
  await connection.run(`INSERT INTO search_days SELECT site_url, report, date, search_type, rows,
    clicks, impressions, NULL, NULL, NULL, NULL, capped, final, NULL, run_id,
    make_timestamptz(completed_at_us) FROM read_json(${quotedText(file)},
      format = 'newline_delimited', columns = {site_url: 'VARCHAR', report: 'VARCHAR',
      date: 'DATE', search_type: 'VARCHAR', rows: 'BIGINT', clicks: 'BIGINT',
      impressions: 'BIGINT', capped: 'BOOLEAN', final: 'BOOLEAN', run_id: 'VARCHAR',
      completed_at_us: 'BIGINT'})`);
}

function siteFolderOf({ file }: UnitFile): string {
  return dirname(dirname(dirname(dirname(file))));
}

/** Of one property. */
function daysOf(units: readonly StoredUnitRecord[]) {
  const siblings = Map.groupBy(
    units.map(({ record }) => record),
    ({ report }) => report,
  );
  return units.map(({ record, completedAtMs }) => ({
    site_url: record.siteUrl,
    report: record.report,
    date: record.date,
    search_type: record.shape?.searchType ?? findReport(record.report)?.searchType ?? null,
    rows: record.rows,
    clicks: record.clicks,
    impressions: record.impressions,
    capped: record.capped,
    final: isFinal(record, siblings.get(record.report) ?? []),
    run_id: record.runId,
    completed_at_us: completedAtMs * 1_000,
  }));
}

function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
