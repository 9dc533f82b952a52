import { oldestKeptDate } from "./date-range.ts";
import { isBuiltIn } from "./find-report.ts";
import { addDays, type PacificDate, pacificDateAt } from "./pacific-date.ts";
import type { Dimension, Report, ReportShape, SearchType } from "./report.ts";

/**
 * Which of Google's rules a report breaks, one line each; empty when Google would answer it.
 * Source: https://developers.google.com/webmaster-tools/v1/searchanalytics/query
 */
export function reportFaults(report: ReportShape): readonly string[] {
  return [
    ...dimensionFaults(report),
    ...hourFaults(report),
    ...filterFaults(report),
    ...aggregationFaults(report),
  ];
}

/** What is wrong with reports that are not built in, one line each. */
export function definitionFaults(definitions: readonly Report[]): readonly string[] {
  const ids = definitions.map(({ id }) => id);
  return definitions.flatMap((report, index) => [
    ...(isBuiltIn(report.id) ? [`report ${report.id}: there is a built-in report of this id`] : []),
    ...(ids.indexOf(report.id) < index ? [`report ${report.id}: the id stands there twice`] : []),
    ...reportFaults(report).map((fault) => `report ${report.id}: ${fault}`),
  ]);
}

/** Hours are kept for so many days: https://developers.google.com/search/blog/2025/04/san-hourly-data */
export const hourlyDays = 10;

/** The oldest day that Google keeps of a report that it keeps for less than its 16 months. */
export function oldestDateOf(
  report: Pick<Report, "dataState"> | undefined,
  nowMs: number,
): PacificDate | undefined {
  if (report?.dataState !== "hourly_all") return undefined;
  // A day of grace, as for the 16 months: where they begin is not documented to the hour.
  return addDays(pacificDateAt(nowMs), -hourlyDays);
}

/** Where Google's days begin is not documented: so many of the oldest may be gone already. */
const doubtfulDays = 3;

/** The oldest day of which an empty answer says that there is nothing, and not that it is gone. */
export function oldestSureDate(report: Pick<Report, "dataState">, nowMs: number): PacificDate {
  const oldest = oldestDateOf(report, nowMs) ?? oldestKeptDate(pacificDateAt(nowMs));
  return addDays(oldest, doubtfulDays);
}

/** What is wrong with asking for a report from that day on. */
export function reportRangeFaults(
  report: Report,
  from: PacificDate,
  nowMs: number,
): readonly string[] {
  const oldest = oldestDateOf(report, nowMs);
  if (oldest === undefined || from >= oldest) return [];
  return [
    `${from} is too old for ${report.id}: Google keeps hours for ${hourlyDays} days, since ${oldest}`,
  ];
}

/** What the search types lack. */
const lacking: Readonly<Partial<Record<SearchType, readonly Dimension[]>>> = {
  discover: ["query", "device"],
  googleNews: ["query"],
};

function dimensionFaults({ searchType, dimensions }: ReportShape): readonly string[] {
  const twice = dimensions.filter((dimension, index) => dimensions.indexOf(dimension) < index);
  return [
    ...[...new Set(twice)].map((dimension) => `the dimension ${dimension} stands there twice`),
    ...(lacking[searchType] ?? [])
      .filter((dimension) => dimensions.includes(dimension))
      .map((dimension) => `Google has no dimension ${dimension} for the search type ${searchType}`),
  ];
}

function hourFaults({ dimensions, dataState }: ReportShape): readonly string[] {
  const byHour = dimensions.includes("hour");
  if (byHour && dataState !== "hourly_all") {
    return [
      `Google gives the dimension hour with the data state hourly_all only, not ${dataState}`,
    ];
  }
  if (!byHour && dataState === "hourly_all") {
    return ["Google gives the data state hourly_all with the dimension hour only"];
  }
  return [];
}

function filterFaults({ searchType, ...report }: ReportShape): readonly string[] {
  return filtersOf(report).flatMap(({ dimension, operator, expression }) => {
    const faults: string[] = [];
    if (lacking[searchType]?.some((absent) => absent === dimension)) {
      faults.push(`Google has no filter by ${dimension} for the search type ${searchType}`);
    }
    if (operator.endsWith("Regex") && !isRegularExpression(expression)) {
      faults.push(`the filter by ${dimension} is no regular expression: ${expression}`);
    }
    return faults;
  });
}

function aggregationFaults(report: ReportShape): readonly string[] {
  const { searchType, dimensions, aggregationType = "auto" } = report;
  const inFeeds = searchType === "discover" || searchType === "googleNews";
  const filters = filtersOf(report);
  const pageFaults = [
    ...(dimensions.includes("page") ? ["the dimension page"] : []),
    ...(filters.some(({ dimension }) => dimension === "page") ? ["a filter by page"] : []),
  ].map((what) => `Google does not aggregate ${aggregationType} with ${what}`);
  switch (aggregationType) {
    case "auto":
    case "byPage":
      return [];
    case "byProperty":
      return inFeeds
        ? [...pageFaults, `Google does not aggregate byProperty for the search type ${searchType}`]
        : pageFaults;
    case "byNewsShowcasePanel": {
      const appearances = filters.filter(({ dimension }) => dimension === "searchAppearance");
      const showcaseOnly =
        appearances.length > 0 &&
        appearances.every(
          ({ operator, expression }) => operator === "equals" && expression === "NEWS_SHOWCASE",
        );
      return [
        ...pageFaults,
        ...(inFeeds
          ? []
          : [
              "Google aggregates byNewsShowcasePanel for the search types discover and googleNews only",
            ]),
        ...(showcaseOnly
          ? []
          : [
              "Google aggregates byNewsShowcasePanel with the filter searchAppearance equals NEWS_SHOWCASE only",
            ]),
      ];
    }
    default:
      return aggregationType satisfies never;
  }
}

function filtersOf({ dimensionFilterGroups = [] }: Pick<ReportShape, "dimensionFilterGroups">) {
  return dimensionFilterGroups.flatMap(({ filters }) => filters);
}

/**
 * RE2, which Google reads, is nearly a part of JavaScript's syntax. It has no lookaround and no
 * backreference; its leading flags and the P of its named groups are its own.
 * https://github.com/google/re2/wiki/Syntax
 */
function isRegularExpression(expression: string): boolean {
  const unescaped = expression.replace(/\\\\/g, "");
  if (/\(\?<?[=!]|\\[1-9]|\\k</.test(unescaped)) return false;
  try {
    new RegExp(expression.replace(/^\(\?[imsU]+\)/, "").replaceAll("(?P<", "(?<"));
    return true;
  } catch {
    return false;
  }
}
