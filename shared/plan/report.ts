import { z } from "zod";

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

export type SearchType = (typeof searchTypes)[number];
export type Dimension = (typeof dimensions)[number];

/** A named query shape. Its id is part of a unit's identity: a changed shape is a new report. */
export const ReportSchema = z.object({
  id: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
  searchType: z.enum(searchTypes),
  dimensions: z.array(z.enum(dimensions)).max(dimensions.length).readonly(),
  dataState: z.enum(["final", "all"]),
});

export type Report = z.infer<typeof ReportSchema>;

export const defaultReportId = "page_query";

const builtInReports: readonly Report[] = [
  {
    id: defaultReportId,
    searchType: "web",
    dimensions: ["page", "query"],
    dataState: "final",
  },
];

/** The report of that id, or undefined. */
export function findReport(id: string): Report | undefined {
  return builtInReports.find((report) => report.id === id);
}

export function reportIds(): readonly string[] {
  return builtInReports.map((report) => report.id);
}
