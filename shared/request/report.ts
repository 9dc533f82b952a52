import * as z from "zod";

/** Search types and dimensions of `searchanalytics.query`; ids as Google spells them. */
export const searchTypes = ["web", "image", "video", "news", "discover", "googleNews"] as const;
export const dimensions = [
  "page",
  "query",
  "country",
  "device",
  "searchAppearance",
  "hour",
] as const;
const dataStates = ["final", "all", "hourly_all"] as const;
const aggregationTypes = ["auto", "byPage", "byProperty", "byNewsShowcasePanel"] as const;

/** What rows can be filtered by: every dimension but the times. */
const filterDimensions = ["page", "query", "country", "device", "searchAppearance"] as const;
const filterOperators = [
  "equals",
  "notEquals",
  "contains",
  "notContains",
  "includingRegex",
  "excludingRegex",
] as const;

export type SearchType = (typeof searchTypes)[number];
export type Dimension = (typeof dimensions)[number];

const DimensionFilterSchema = z.strictObject({
  dimension: z.enum(filterDimensions),
  operator: z.enum(filterOperators).default("equals"),
  expression: z.string().min(1).max(4_096),
});

/** All groups must hold for a row, and all filters of a group: Google knows no "or". */
const DimensionFilterGroupSchema = z.strictObject({
  groupType: z.literal("and").default("and"),
  filters: z.array(DimensionFilterSchema).min(1).readonly(),
});

/** What is asked of Google for a date, whatever it is called. */
export const ReportShapeSchema = z.strictObject({
  searchType: z.enum(searchTypes).default("web"),
  dimensions: z.array(z.enum(dimensions)).max(dimensions.length).readonly(),
  dataState: z.enum(dataStates).default("final"),
  /** Absent: `auto`. */
  aggregationType: z.enum(aggregationTypes).exactOptional(),
  /** Absent: every row. */
  dimensionFilterGroups: z.array(DimensionFilterGroupSchema).max(20).readonly().exactOptional(),
});

/** A named query shape. Its id is part of a unit's identity: a changed shape is a new report. */
export const ReportSchema = ReportShapeSchema.extend({
  id: z
    .string()
    .regex(
      /^[a-z][a-z0-9_]{0,63}$/,
      "is not a name: up to 64 of a–z, 0–9 and _, the first a letter",
    ),
});

export type ReportShape = z.infer<typeof ReportShapeSchema>;
export type Report = z.infer<typeof ReportSchema>;

/** A report without its name. */
export function reportShape({ id: _id, ...shape }: Report): ReportShape {
  return shape;
}

/** Equal for shapes that ask Google for the same, however they are written. */
export function shapeKey(shape: ReportShape): string {
  const { searchType, dataState, aggregationType = "auto", dimensionFilterGroups = [] } = shape;
  return JSON.stringify([
    searchType,
    shape.dimensions,
    dataState,
    aggregationType,
    dimensionFilterGroups.map(({ filters }) =>
      filters.map(({ dimension, operator, expression }) => [dimension, operator, expression]),
    ),
  ]);
}
