import * as z from "zod";
import type { Unit } from "../request/unit.ts";
import { type ItemKey, rowKeyOf } from "./dynamo-rows-table.ts";
import type { VisibleRow } from "./row-store.ts";
import type { StoredRow } from "./stored-row.ts";

export type RowItem = ItemKey & Readonly<Record<string, string | number>>;

/** A dimension that the report lacks is left out: every attribute's name is paid for. */
export function rowItem(unit: Unit, generation: number, row: StoredRow): RowItem {
  const { key, clicks, impressions, ctr, position, ...dimensions } = row;
  const present = Object.entries(dimensions).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  );
  return {
    ...rowKeyOf(unit, generation, key),
    ...Object.fromEntries(present),
    clicks: storableFigure(clicks),
    impressions: storableFigure(impressions),
    ctr: storableFigure(ctr),
    position: storableFigure(position),
  };
}

/** A row as readers see it, less what its unit record says. @throws ZodError */
export function parseRowItem(item: unknown): Omit<VisibleRow, "date" | "searchType"> {
  return RowItemSchema.parse(item);
}

/**
 * A figure as DynamoDB keeps it exactly: a number of its range (1e-130 to 1e126), or text.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 */
export function storableFigure(value: number): number | string {
  const size = Math.abs(value);
  const fits = value === 0 || (size >= 1e-130 && size <= Number.MAX_SAFE_INTEGER);
  return fits ? value : String(value);
}

export const FigureSchema = z.union([z.number(), z.string().transform(Number).pipe(z.number())]);

const DimensionSchema = z
  .string()
  .optional()
  .transform((value) => value ?? null);

const RowItemSchema = z.object({
  page: DimensionSchema,
  query: DimensionSchema,
  country: DimensionSchema,
  device: DimensionSchema,
  searchAppearance: DimensionSchema,
  hour: DimensionSchema,
  clicks: FigureSchema,
  impressions: FigureSchema,
  ctr: FigureSchema,
  position: FigureSchema,
});
