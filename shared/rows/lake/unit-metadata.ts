import * as z from "zod";
import { compact } from "../../lib/compact.ts";
import { parseJson } from "../../lib/parse-json.ts";
import { parsePacificDate } from "../../request/pacific-date.ts";
import { ReportShapeSchema } from "../../request/report.ts";
import { RowStoreError } from "../row-store-error.ts";
import type { UnitRecord } from "../unit-record.ts";

/** The unit record in a file's key-value metadata: JSON under this key. */
export const unitMetadataKey = "gsc_sync_unit";

/** Unknown fields are kept out of the way: newer versions add, and never change. */
const unitFormat = 1;

/** A unit's record, and when the unit became visible (epoch ms). */
export type StoredUnitRecord = { readonly record: UnitRecord; readonly completedAtMs: number };

export function unitMetadata({ record, completedAtMs }: StoredUnitRecord): string {
  return JSON.stringify({ format: unitFormat, completedAtMs, ...record });
}

/** @throws RowStoreError `schema` for a newer format, `refused` for what is no unit of ours */
export function parseUnitMetadata(text: string | undefined, file: string): StoredUnitRecord {
  const found = text === undefined ? undefined : parseJson(text);
  const format = FormatSchema.safeParse(found).data?.format;
  if (format !== undefined && format > unitFormat) {
    throw new RowStoreError(
      "schema",
      `${file} has format ${format}, this gsc-sync knows ${unitFormat}: update gsc-sync`,
    );
  }
  const parsed = UnitMetadataSchema.safeParse(found);
  if (!parsed.success) {
    throw new RowStoreError(
      "refused",
      `${file} holds no unit record: it was not written by gsc-sync, or it is damaged; move it out of the lake and run the backfill of its day again`,
      parsed.error,
    );
  }
  const { format: _format, completedAtMs, ...record } = parsed.data;
  return { record: compact(record), completedAtMs };
}

const FormatSchema = z.object({ format: z.int() });

const DateSchema = z.string().transform((text, context) => {
  const date = parsePacificDate(text);
  if (date !== undefined) return date;
  context.addIssue({ code: "custom", message: "is not a date" });
  return z.NEVER;
});

const UnitMetadataSchema = z.object({
  format: z.literal(unitFormat),
  completedAtMs: z.number(),
  siteUrl: z.string(),
  report: z.string(),
  date: DateSchema,
  generation: z.number(),
  runId: z.string(),
  shape: ReportShapeSchema.optional(),
  rows: z.number(),
  fetchedRows: z.number(),
  pages: z.array(
    z.object({
      startRow: z.number(),
      rows: z.number(),
      searchAppearance: z.string().exactOptional(),
    }),
  ),
  clicks: z.number(),
  impressions: z.number(),
  hash: z.string(),
  capped: z.boolean(),
  aggregation: z.string().nullable(),
  firstIncompleteDate: DateSchema.nullable(),
  fetchedAtMs: z.number(),
});
