import type { Report } from "./report.ts";
import type { Row } from "./row.ts";

/**
 * Google does not group by search appearance and something else. Such a report takes two steps: ask
 * which appearances the day has, then ask once for each, filtered by it. Both are one unit.
 * Source: https://developers.google.com/webmaster-tools/v1/how-tos/all-your-data#search-appearance-data
 */
export function takesTwoSteps(report: Report): boolean {
  return report.dimensions.includes("searchAppearance") && report.dimensions.length > 1;
}

/** The first step: the appearances of a day, a row each. */
export function appearanceList(report: Report): Report {
  // Hours come with the dimension hour only, which cannot stand beside the appearance.
  const dataState = report.dataState === "final" ? "final" : "all";
  return { ...report, dimensions: ["searchAppearance"], dataState };
}

/** The second step for one appearance. */
export function reportOfAppearance(report: Report, searchAppearance: string): Report {
  const filter = {
    dimension: "searchAppearance",
    operator: "equals",
    expression: searchAppearance,
  } as const;
  return {
    ...report,
    dimensions: report.dimensions.filter((dimension) => dimension !== "searchAppearance"),
    dimensionFilterGroups: [
      ...(report.dimensionFilterGroups ?? []),
      { groupType: "and", filters: [filter] },
    ],
  };
}

/** Rows of the second step in the form of the report: the appearance among their keys. */
export function withAppearance(
  report: Report,
  searchAppearance: string,
  rows: readonly Row[],
): readonly Row[] {
  const at = report.dimensions.indexOf("searchAppearance");
  return rows.map((row) => ({ ...row, keys: row.keys.toSpliced(at, 0, searchAppearance) }));
}
