import * as z from "zod";
import { schemaFaults } from "../lib/schema-faults.ts";
import { parsePacificDate } from "../request/pacific-date.ts";
import { ReportShapeSchema } from "../request/report.ts";
import type { Unit } from "../request/unit.ts";
import { FigureSchema, storableFigure } from "./dynamo-row-item.ts";
import { RowStoreError } from "./row-store-error.ts";
import type { UnitRecord } from "./unit-record.ts";

/** What the unit item says of a generation; its states are drawn in `dynamo-sweep.ts`. */
export type Registration = {
  readonly begunAtMs: number;
  readonly flippedAtMs?: number;
  readonly doomedAtMs?: number;
  readonly emptiedAtMs?: number;
};

export type VisibleUnit = {
  readonly record: UnitRecord;
  readonly searchType: string;
  readonly completedAtMs: number;
};

export type UnitItem = {
  readonly unit: Unit;
  /** Counts the item's changes. The SDK may count one twice: compare it for equality only. */
  readonly version: number;
  readonly visible: VisibleUnit | undefined;
  readonly registrations: ReadonlyMap<number, Registration>;
};

/** The attribute of a generation's registration. */
export function registrationName(generation: number): string {
  return `g${generation}`;
}

/** The record as an attribute; what the item says itself is left out. */
export function recordAttribute(record: UnitRecord): Record<string, unknown> {
  const { siteUrl: _s, report: _r, date: _d, generation: _g, ...rest } = record;
  return {
    ...rest,
    clicks: storableFigure(record.clicks),
    impressions: storableFigure(record.impressions),
  };
}

/** @throws RowStoreError */
export function parseUnitItem(item: Readonly<Record<string, unknown>>): UnitItem {
  const parsed = UnitItemSchema.safeParse(item);
  if (!parsed.success) {
    throw new RowStoreError(
      "schema",
      `the rows table holds a unit that is not ours: ${schemaFaults(parsed.error)}`,
    );
  }
  const { siteUrl, report, date, version, ...rest } = parsed.data;
  const unit: Unit = { siteUrl, report, date };
  const visible =
    rest.visible === undefined || rest.record === undefined || rest.completedAtMs === undefined
      ? undefined
      : {
          record: { ...unit, generation: rest.visible, ...rest.record },
          searchType: rest.searchType ?? "",
          completedAtMs: rest.completedAtMs,
        };
  return { unit, version, visible, registrations: registrationsOf(item) };
}

function registrationsOf(item: Readonly<Record<string, unknown>>): Map<number, Registration> {
  return new Map(
    Object.entries(item).flatMap(([name, value]) => {
      const generation = /^g(\d+)$/.exec(name)?.[1];
      if (generation === undefined) return [];
      return [[Number(generation), RegistrationSchema.parse(value)] as const];
    }),
  );
}

const RegistrationSchema = z.object({
  begunAtMs: z.number(),
  flippedAtMs: z.number().exactOptional(),
  doomedAtMs: z.number().exactOptional(),
  emptiedAtMs: z.number().exactOptional(),
});

const PacificDateSchema = z.string().transform((text, context) => {
  const date = parsePacificDate(text);
  if (date !== undefined) return date;
  context.addIssue({ code: "custom", message: "is not a date" });
  return z.NEVER;
});

const RecordSchema = z.object({
  runId: z.string(),
  shape: ReportShapeSchema.exactOptional(),
  rows: z.number(),
  fetchedRows: z.number(),
  pages: z.array(
    z.object({
      startRow: z.number(),
      rows: z.number(),
      searchAppearance: z.string().exactOptional(),
    }),
  ),
  clicks: FigureSchema,
  impressions: FigureSchema,
  hash: z.string(),
  capped: z.boolean(),
  aggregation: z.string().nullable(),
  firstIncompleteDate: PacificDateSchema.nullable(),
  fetchedAtMs: z.number(),
});

const UnitItemSchema = z.object({
  siteUrl: z.string(),
  report: z.string(),
  date: PacificDateSchema,
  version: z.number(),
  visible: z.number().optional(),
  completedAtMs: z.number().optional(),
  searchType: z.string().optional(),
  record: RecordSchema.optional(),
});
