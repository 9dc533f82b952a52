import { compact } from "../lib/compact.ts";
import type { Report } from "../request/report.ts";
import { pageRows } from "../request/unit.ts";
import { parsePage } from "./google-page.ts";
import type { Page, PageRequest } from "./search-console.ts";

/** A page request as `searchanalytics.query` takes it. */
export function queryOf({ siteUrl, report, date, startRow }: PageRequest) {
  const { aggregationType, dimensionFilterGroups } = report;
  const requestBody = compact({
    startDate: date,
    endDate: date,
    dimensions: askedDimensions(report),
    type: report.searchType,
    dataState: report.dataState,
    rowLimit: pageRows,
    startRow,
    aggregationType,
    dimensionFilterGroups: dimensionFilterGroups?.map(({ groupType, filters }) => ({
      groupType,
      filters: filters.map((filter) => ({ ...filter })),
    })),
  });
  return { siteUrl, requestBody };
}

/** The page in a successful answer's body, its keys in the order of the report's dimensions. */
export function readPage(body: string, { report, date }: PageRequest): Page {
  const asked = askedDimensions(report);
  return parsePage(body, {
    keyCount: asked.length,
    firstKey: asked[0] === "date" ? date : undefined,
    absentPosition: isFeed(report) ? 0 : undefined,
  });
}

/** Feeds know no position; whether Google then sends 0 or nothing is not documented. */
function isFeed({ searchType }: Report): boolean {
  return searchType === "discover" || searchType === "googleNews";
}

/**
 * Google says from which date on fresh data is incomplete only when it groups by date. An
 * appearance cannot stand beside a date, and hours have a sign of their own.
 * Source: https://developers.google.com/webmaster-tools/v1/searchanalytics/query (metadata)
 */
function askedDimensions({ dataState, dimensions }: Report): string[] {
  const addsDate = dataState === "all" && !dimensions.includes("searchAppearance");
  return addsDate ? ["date", ...dimensions] : [...dimensions];
}
