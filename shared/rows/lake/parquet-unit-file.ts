import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { parquetMetadata, parquetRead, type SchemaElement } from "hyparquet";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { type Dimension, dimensions, type Report } from "../../request/report.ts";
import type { Row } from "../../request/row.ts";
import { isFinal } from "../finality.ts";
import type { VisibleRow } from "../row-store.ts";
import { RowStoreError } from "../row-store-error.ts";
import { checkValueCount } from "../stored-row.ts";
import { storableText } from "../text-value.ts";
import type { UnitRecord } from "../unit-record.ts";
import {
  parseUnitMetadata,
  type StoredUnitRecord,
  unitMetadata,
  unitMetadataKey,
} from "./unit-metadata.ts";

/**
 * A unit's file: every report has the same columns, so that a glob over any files has one schema.
 * Dimensions that the report lacks are null. One row group: whoever reads the file while another is
 * put in its place reads the old one to its end, or fails.
 *
 * `final`: whether Google had finished the day when it was asked. `hour`: as Google sent it;
 * `hour_utc`: the same instant in UTC.
 */
export const rowSchema: SchemaElement[] = [
  { name: "root", num_children: 16 },
  text("site_url", "REQUIRED"),
  text("report", "REQUIRED"),
  { name: "date", type: "INT32", converted_type: "DATE", repetition_type: "REQUIRED" },
  text("search_type", "REQUIRED"),
  ...["page", "query", "country", "device", "search_appearance", "hour"].map((name) =>
    text(name, "OPTIONAL"),
  ),
  {
    name: "hour_utc",
    type: "INT64",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: false, unit: "MILLIS" },
    repetition_type: "OPTIONAL",
  },
  { name: "clicks", type: "INT64", repetition_type: "REQUIRED" },
  { name: "impressions", type: "INT64", repetition_type: "REQUIRED" },
  { name: "ctr", type: "DOUBLE", repetition_type: "REQUIRED" },
  { name: "position", type: "DOUBLE", repetition_type: "REQUIRED" },
  { name: "final", type: "BOOLEAN", repetition_type: "REQUIRED" },
];

function text(name: string, repetition_type: "REQUIRED" | "OPTIONAL"): SchemaElement {
  return { name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type };
}

const dayMs = 86_400_000;

/**
 * The file of a unit, whole. @throws RowStoreError `refused` unless each row has a value a dimension
 * and whole numbers of clicks and impressions
 */
export function encodeUnit(stored: StoredUnitRecord, report: Report, rows: readonly Row[]): Buffer {
  const { record } = stored;
  for (const row of rows) checkValueCount(report, row);
  const columns = columnsOf({ ...record, searchType: report.searchType }, rows, (dimension) => {
    const index = report.dimensions.indexOf(dimension);
    if (index < 0) return Array<null>(rows.length).fill(null);
    return rows.map(({ keys }) => storableText(keys[index] ?? ""));
  });
  const written = parquetWriteBuffer({
    ...compression,
    schema: rowSchema,
    columnData: columns,
    rowGroupSize: Math.max(rows.length, 1),
    kvMetadata: [{ key: unitMetadataKey, value: unitMetadata(stored) }],
    createdBy: "gsc-sync",
  });
  return Buffer.from(written);
}

/** By these, readers leave files out; of other columns a unit's least and greatest say nothing. */
const withStatistics = new Set(["site_url", "report", "date"]);

type Figures = Pick<Row, "clicks" | "impressions" | "ctr" | "position">;

/** A unit's rows as the columns of {@link rowSchema}. @throws RowStoreError as {@link encodeUnit} */
export function columnsOf(
  unit: UnitRecord & { readonly searchType: string },
  rows: readonly Figures[],
  textsOf: (dimension: Dimension) => (string | null)[],
): ColumnSource[] {
  const same = <T>(value: T): T[] => Array<T>(rows.length).fill(value);
  const texts = dimensions.map(textsOf);
  const hours = texts[dimensions.indexOf("hour")] ?? [];
  const values = [
    same(unit.siteUrl),
    same(unit.report),
    new Int32Array(rows.length).fill(Date.parse(unit.date) / dayMs),
    same(unit.searchType),
    ...texts,
    hours.map(instantOf),
    BigInt64Array.from(rows, ({ clicks }) => wholeNumber(clicks, unit.report)),
    BigInt64Array.from(rows, ({ impressions }) => wholeNumber(impressions, unit.report)),
    Float64Array.from(rows, ({ ctr }) => ctr),
    Float64Array.from(rows, ({ position }) => position),
    same(isFinal(unit, [])),
  ];
  return values.map((data, index) => {
    const name = rowSchema[index + 1]?.name ?? "";
    return { name, data, statistics: withStatistics.has(name) };
  });
}

/** Native, and at its lowest level already smaller and quicker than Snappy in JavaScript. */
function compress(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
}

export const compression = { codec: "ZSTD", compressors: { ZSTD: compress } } as const;

function wholeNumber(value: number, report: string): bigint {
  if (Number.isSafeInteger(value)) return BigInt(value);
  throw new RowStoreError(
    "refused",
    `a row of report ${report} counts ${value} clicks or impressions, which is not a whole number`,
  );
}

function instantOf(hour: string | null): bigint | null {
  const instantMs = hour === null ? Number.NaN : Date.parse(hour);
  return Number.isNaN(instantMs) ? null : BigInt(instantMs);
}

/**
 * What a file says of its unit. Read at once, without a turn of the event loop: a lake has many small
 * files, and to wait for each takes several times as long. @throws RowStoreError, or the file system's error
 */
export async function readUnitFile(file: string): Promise<StoredUnitRecord> {
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    const footer = readEnd(descriptor, size, Math.min(size, usualFooterBytes));
    const whole = footer.length < 8 ? 0 : footer.readUInt32LE(footer.length - 8) + 8;
    const isLonger = whole > footer.length && whole <= size;
    return recordOf(isLonger ? readEnd(descriptor, size, whole) : footer, file);
  } finally {
    closeSync(descriptor);
  }
}

const usualFooterBytes = 8_192;

function readEnd(descriptor: number, size: number, bytes: number): Buffer {
  const end = Buffer.allocUnsafeSlow(bytes);
  readSync(descriptor, end, 0, bytes, size - bytes);
  return end;
}

/** A unit and its rows, of one version of its file, in the order of their keys. */
export async function readUnitRows(
  file: string,
): Promise<StoredUnitRecord & { readonly rows: readonly VisibleRow[] }> {
  const bytes = await readFile(file);
  const stored = recordOf(bytes, file);
  const { date, shape } = stored.record;
  const rows: VisibleRow[] = [];
  await parquetRead({
    file: arrayBufferOf(bytes),
    columns: readColumns,
    compressors: { ZSTD: (input) => zstdDecompressSync(input) },
    onComplete(found) {
      for (const [searchType, clicks, impressions, ctr, position, ...texts] of found as ReadRow[]) {
        const [page, query, country, device, searchAppearance, hour] = texts;
        rows.push({
          date,
          searchType: shape?.searchType ?? searchType,
          page: page ?? null,
          query: query ?? null,
          country: country ?? null,
          device: device ?? null,
          searchAppearance: searchAppearance ?? null,
          hour: hour ?? null,
          clicks: Number(clicks),
          impressions: Number(impressions),
          ctr,
          position,
        });
      }
    },
  });
  return { ...stored, rows };
}

type ReadRow = [string, bigint, bigint, number, number, ...(string | null)[]];

const readColumns = [
  ...["search_type", "clicks", "impressions", "ctr", "position"],
  ...["page", "query", "country", "device", "search_appearance", "hour"],
];

function recordOf(bytes: Buffer, file: string): StoredUnitRecord {
  return parseUnitMetadata(metadataText(bytes), file);
}

function metadataText(bytes: Buffer): string | undefined {
  try {
    const { key_value_metadata: pairs } = parquetMetadata(arrayBufferOf(bytes));
    return pairs?.find(({ key }) => key === unitMetadataKey)?.value;
  } catch {
    // Not Parquet, or cut off.
    return undefined;
  }
}

function arrayBufferOf({ buffer, byteOffset, byteLength }: Buffer): ArrayBuffer {
  const isWhole = byteOffset === 0 && byteLength === buffer.byteLength;
  return (isWhole ? buffer : buffer.slice(byteOffset, byteOffset + byteLength)) as ArrayBuffer;
}
