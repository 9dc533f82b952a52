import { builtInReports } from "./built-in-reports.ts";
import type { Report } from "./report.ts";

export const defaultReportId = "page_query";

/** The report of that id, built in or among the definitions; or undefined. */
export function findReport(id: string, definitions: readonly Report[] = []): Report | undefined {
  return [...builtInReports, ...definitions].find((report) => report.id === id);
}

export function reportIds(definitions: readonly Report[] = []): readonly string[] {
  return [...builtInReports, ...definitions].map((report) => report.id);
}

export function isBuiltIn(id: string): boolean {
  return builtInReports.some((report) => report.id === id);
}
