import { createWriteStream, type WriteStream } from "node:fs";
import { mkdtemp, open, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { finished } from "node:stream/promises";
import { isFinal } from "../../../shared/rows/finality.ts";
import type { UnitQuery, VisibleRow } from "../../../shared/rows/row-store.ts";
import type { UnitRecord } from "../../../shared/rows/unit-record.ts";
import { csvLine } from "../../output/csv-line.ts";
import { CommandError } from "../../output/errors.ts";
import { createLineWriter } from "../../output/line-writer.ts";
import type { RowReader } from "../../stage/open-readers.ts";

export const exportFormats = ["parquet", "csv", "jsonl", "duckdb"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export type Exported = { readonly units: number; readonly rows: number };

/**
 * Writes whole units into a file, one after the other. It is written under another name, and gets its
 * own when it is whole: a failure leaves nothing, and what was there before stays.
 * @throws CommandError when the folder cannot be written
 */
export async function exportUnits(
  reader: RowReader,
  queries: readonly UnitQuery[],
  options: { readonly format: ExportFormat; readonly output: string; readonly excel: boolean },
): Promise<Exported> {
  const output = resolve(options.output);
  const folder = await temporaryBeside(output);
  try {
    const file = join(folder, basename(output));
    const exported = await write(reader, queries, { ...options, file, folder });
    await syncFile(file);
    await rename(file, output);
    return exported;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** On the same disk, so that the file can be renamed into its place. */
async function temporaryBeside(output: string): Promise<string> {
  try {
    return await mkdtemp(join(dirname(output), ".gsc-sync-export-"));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${output} cannot be written: ${why}`, { cause: error });
  }
}

type Target = {
  readonly format: ExportFormat;
  readonly file: string;
  /** Deleted afterwards. */
  readonly folder: string;
  readonly excel: boolean;
};

type Unit = {
  readonly record: UnitRecord;
  readonly final: boolean;
  readonly rows: readonly VisibleRow[];
};

async function write(
  reader: RowReader,
  queries: readonly UnitQuery[],
  target: Target,
): Promise<Exported> {
  const { format, file } = target;
  switch (format) {
    case "csv":
      return writeLines(file, reader, queries, csvLines(target.excel));
    case "jsonl":
      return writeLines(file, reader, queries, {
        line: (unit, row) => JSON.stringify(shownRow(unit, row)),
      });
    case "parquet":
      return writeParquet(file, reader, queries);
    case "duckdb":
      return writeDatabase(target, reader, queries);
    default:
      return format satisfies never;
  }
}

/** Units that are visible now; one that is stored again meanwhile comes in its new version, whole. */
async function* unitsOf(reader: RowReader, queries: readonly UnitQuery[]): AsyncGenerator<Unit> {
  for (const query of queries) {
    const records = await reader.readUnits(query);
    const siblings = Map.groupBy(records, ({ report }) => report);
    for (const record of records) {
      const { siteUrl, date, report } = record;
      const rows: VisibleRow[] = [];
      const one = { siteUrl, from: date, to: date, reports: [report] };
      for await (const row of reader.streamRows(one)) rows.push(row);
      yield { record, final: isFinal(record, siblings.get(report) ?? []), rows };
    }
  }
}

type Lines = {
  readonly header?: string;
  readonly line: (unit: Unit, row: VisibleRow) => string;
};

async function writeLines(
  file: string,
  reader: RowReader,
  queries: readonly UnitQuery[],
  { header, line }: Lines,
): Promise<Exported> {
  const stream: WriteStream = createWriteStream(file, { flags: "wx", mode: 0o600 });
  const write = createLineWriter(stream);
  const exported = { units: 0, rows: 0 };
  if (header !== undefined) await write.line(header);
  for await (const unit of unitsOf(reader, queries)) {
    for (const row of unit.rows) await write.line(line(unit, row));
    exported.units += 1;
    exported.rows += unit.rows.length;
  }
  await write.flush();
  stream.end();
  await finished(stream);
  return exported;
}

/** A row with the names of `search_rows`. */
function shownRow({ record, final }: Unit, row: VisibleRow) {
  const hourMs = row.hour === null ? Number.NaN : Date.parse(row.hour);
  return {
    site_url: record.siteUrl,
    report: record.report,
    date: row.date,
    search_type: row.searchType,
    page: row.page,
    query: row.query,
    country: row.country,
    device: row.device,
    search_appearance: row.searchAppearance,
    hour: row.hour,
    clicks: row.clicks,
    impressions: row.impressions,
    ctr: row.ctr,
    position: row.position,
    hour_utc: Number.isNaN(hourMs) ? null : new Date(hourMs).toISOString(),
    final,
  };
}

const columns = [
  ...["site_url", "report", "date", "search_type", "page", "query", "country", "device"],
  ...["search_appearance", "hour", "clicks", "impressions", "ctr", "position", "hour_utc", "final"],
];

function csvLines(excel: boolean): Lines {
  const header = csvLine(columns);
  const safe = excel ? lifeless : (value: unknown) => value;
  return {
    header: excel ? `\uFEFF${header}` : header,
    line: (unit, row) => csvLine(Object.values(shownRow(unit, row)).map(safe)),
  };
}

/** A spreadsheet takes what begins so for a formula, also behind a quote. */
function lifeless(value: unknown): unknown {
  return typeof value === "string" && /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
}

async function writeParquet(
  file: string,
  reader: RowReader,
  queries: readonly UnitQuery[],
  onUnit: (unit: Unit) => void = () => {},
): Promise<Exported> {
  const { openParquetExport } = await import("../../../shared/rows/lake/parquet-export.ts");
  const parquet = openParquetExport(file);
  const exported = { units: 0, rows: 0 };
  for await (const unit of unitsOf(reader, queries)) {
    parquet.add(unit.record, unit.rows);
    onUnit(unit);
    exported.units += 1;
    exported.rows += unit.rows.length;
  }
  parquet.finish();
  return exported;
}

async function writeDatabase(
  { file, folder }: Target,
  reader: RowReader,
  queries: readonly UnitQuery[],
): Promise<Exported> {
  const { makeDatabaseFile } = await import("../../../shared/rows/lake/duckdb-database-file.ts");
  const [parquet, days] = [join(folder, "rows.parquet"), join(folder, "days.jsonl")];
  const lines: string[] = [];
  const reports = new Set<string>();
  const exported = await writeParquet(parquet, reader, queries, ({ record, final }) => {
    reports.add(record.report);
    lines.push(JSON.stringify(dayOf(record, final)));
  });
  await writeFile(days, lines.join("\n"));
  await makeDatabaseFile(file, { parquet, days, reports: [...reports] });
  return exported;
}

function dayOf(record: UnitRecord, final: boolean) {
  const { siteUrl, report, date, rows, clicks, impressions, capped, runId } = record;
  const counts = { rows, clicks, impressions, capped, final };
  return { site_url: siteUrl, report, date, ...counts, run_id: runId };
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
