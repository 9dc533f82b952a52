import { z } from "zod";
import { parsePacificDate } from "../../shared/plan/pacific-date.ts";
import { searchTypes } from "../../shared/plan/report.ts";
import { badRequest, type HttpAnswer } from "./http-answer.ts";

export const sampleDimensions = ["date", "page", "query", "country", "device"] as const;
export type SampleDimension = (typeof sampleDimensions)[number];

const DateSchema = z.string().transform((text, context) => {
  const date = parsePacificDate(text);
  if (date !== undefined) return date;
  context.addIssue({ code: "custom", message: "must be a date in YYYY-MM-DD format" });
  return z.NEVER;
});

/** Body of `searchAnalytics.query`; what Google has and the sample lacks is refused, not ignored. */
const AnalyticsQuerySchema = z.strictObject({
  startDate: DateSchema,
  endDate: DateSchema,
  dimensions: z.array(z.enum(sampleDimensions)).default([]),
  type: z.enum(searchTypes).optional(),
  searchType: z.enum(searchTypes).optional(),
  dataState: z.enum(["final", "all"]).default("final"),
  aggregationType: z.enum(["auto", "byPage", "byProperty"]).default("auto"),
  dimensionFilterGroups: z.array(z.unknown()).max(0, "is not offered by the sample").optional(),
  rowLimit: z.int().min(1).max(25_000).default(1_000),
  startRow: z.int().min(0).default(0),
});

export type AnalyticsQuery = z.infer<typeof AnalyticsQuerySchema>;

export type ParsedQuery =
  | { readonly kind: "query"; readonly query: AnalyticsQuery }
  | { readonly kind: "refused"; readonly answer: HttpAnswer };

export function parseAnalyticsQuery(body: string): ParsedQuery {
  const parsed = AnalyticsQuerySchema.safeParse(parseJson(body));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.join(".") ?? "";
    return refused(`Invalid value at '${field === "" ? "body" : field}': ${issue?.message ?? ""}`);
  }
  const fault = faultOf(parsed.data);
  return fault === undefined ? { kind: "query", query: parsed.data } : refused(fault);
}

export function searchTypeOf(query: AnalyticsQuery) {
  return query.type ?? query.searchType ?? "web";
}

function faultOf(query: AnalyticsQuery): string | undefined {
  const { dimensions } = query;
  const type = searchTypeOf(query);
  if (query.startDate > query.endDate) return "startDate must not be after endDate.";
  if (new Set(dimensions).size < dimensions.length) return "Duplicate dimensions.";
  if ((type === "discover" || type === "googleNews") && dimensions.includes("query")) {
    return `Dimension 'query' is not available for type ${type}.`;
  }
  if (type === "discover" && dimensions.includes("device")) {
    return "Dimension 'device' is not available for type discover.";
  }
  if (query.aggregationType !== "byProperty") return undefined;
  if (type === "discover" || type === "googleNews" || dimensions.includes("page")) {
    return "Aggregation type BY_PROPERTY is not supported for this type and these dimensions.";
  }
  return undefined;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function refused(message: string): ParsedQuery {
  return { kind: "refused", answer: badRequest(message) };
}
