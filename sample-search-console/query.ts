import { z } from "zod";
import { parsePacificDate } from "../shared/request/pacific-date.ts";
import { searchTypes } from "../shared/request/report.ts";

export const sampleDimensions = [
  "date",
  "page",
  "query",
  "country",
  "device",
  "searchAppearance",
  "hour",
] as const;
export type SampleDimension = (typeof sampleDimensions)[number];

export const sampleDataStates = ["final", "all", "hourly_all"] as const;
export const sampleAggregations = ["auto", "byPage", "byProperty", "byNewsShowcasePanel"] as const;

const DateSchema = z.string().transform((text, context) => {
  const date = parsePacificDate(text);
  if (date !== undefined) return date;
  context.addIssue({ code: "custom", message: "must be a date in YYYY-MM-DD format" });
  return z.NEVER;
});

const FilterSchema = z.strictObject({
  dimension: z.enum(["page", "query", "country", "device", "searchAppearance"]),
  operator: z
    .enum(["equals", "notEquals", "contains", "notContains", "includingRegex", "excludingRegex"])
    .default("equals"),
  expression: z.string(),
});

export const FilterGroupsSchema = z.array(
  z.strictObject({ groupType: z.literal("and").default("and"), filters: z.array(FilterSchema) }),
);

/** Body of `searchAnalytics.query`; what Google does not know is refused, not ignored. */
export const AnalyticsQuerySchema = z.strictObject({
  startDate: DateSchema,
  endDate: DateSchema,
  dimensions: z.array(z.enum(sampleDimensions)).default([]),
  type: z.enum(searchTypes).optional(),
  searchType: z.enum(searchTypes).optional(),
  dataState: z.enum(sampleDataStates).default("final"),
  aggregationType: z.enum(sampleAggregations).default("auto"),
  dimensionFilterGroups: FilterGroupsSchema.default([]),
  rowLimit: z.int().min(1).max(25_000).default(1_000),
  startRow: z.int().min(0).default(0),
});

export type AnalyticsQuery = z.infer<typeof AnalyticsQuerySchema>;
/** As it stands in a request, held against the published types by a test. */
export type AnalyticsQueryBody = z.input<typeof AnalyticsQuerySchema>;
export type SampleFilter = z.infer<typeof FilterSchema>;

export function searchTypeOf(query: Pick<AnalyticsQuery, "type" | "searchType">) {
  return query.type ?? query.searchType ?? "web";
}
