import { describe, expect, test } from "vitest";
import { builtInReports } from "../../shared/request/built-in-reports.ts";
import type { Report, ReportShape } from "../../shared/request/report.ts";
import { reportFaults, reportRangeFaults } from "../../shared/request/report-faults.ts";
import { pacific } from "../support/samples/pacific.ts";

function shape(changes: Partial<ReportShape>): ReportShape {
  return { searchType: "web", dimensions: ["page", "query"], dataState: "final", ...changes };
}

type Filter = NonNullable<ReportShape["dimensionFilterGroups"]>[number]["filters"][number];

function filtered(
  dimension: Filter["dimension"],
  expression: string,
  operator: Filter["operator"] = "equals",
): Pick<ReportShape, "dimensionFilterGroups"> {
  return {
    dimensionFilterGroups: [{ groupType: "and", filters: [{ dimension, operator, expression }] }],
  };
}

const showcase = filtered("searchAppearance", "NEWS_SHOWCASE");

describe("Google answers", () => {
  test.each(builtInReports.map((report) => [report.id, report] as const))("%s", (_id, report) => {
    expect(reportFaults(report)).toEqual([]);
  });

  test.each<[string, Partial<ReportShape>]>([
    ["no dimension at all", { dimensions: [] }],
    ["all dimensions of web", { dimensions: ["query", "page", "country", "device"] }],
    ["fresh data", { dataState: "all" }],
    ["hours", { dataState: "hourly_all", dimensions: ["query", "hour"] }],
    ["byPage with page", { aggregationType: "byPage" }],
    ["byPage without page", { aggregationType: "byPage", dimensions: ["query"] }],
    ["byProperty without page", { aggregationType: "byProperty", dimensions: ["query"] }],
    ["discover by page and country", { searchType: "discover", dimensions: ["page", "country"] }],
    ["googleNews by device", { searchType: "googleNews", dimensions: ["device"] }],
    ["a filter by what it does not group by", filtered("country", "usa")],
    ["a named group", filtered("query", "(?P<brand>acme)", "includingRegex")],
    ["an escaped backslash before a digit", filtered("query", "a\\\\1", "includingRegex")],
    ["a regular expression", filtered("page", "(?i)/blog/\\d+", "includingRegex")],
    ["search appearances in two steps", { dimensions: ["page", "searchAppearance", "query"] }],
    [
      "byNewsShowcasePanel, with all that it needs",
      {
        searchType: "discover",
        dimensions: ["country"],
        aggregationType: "byNewsShowcasePanel",
        ...showcase,
      },
    ],
  ])("%s", (_name, changes) => {
    expect(reportFaults(shape(changes))).toEqual([]);
  });
});

describe("refused, by Google's rule", () => {
  test.each<[Partial<ReportShape>, RegExp]>([
    [{ dimensions: ["page", "page"] }, /dimension page stands there twice/],
    [
      { searchType: "discover", dimensions: ["query"] },
      /no dimension query for the search type discover/,
    ],
    [
      { searchType: "discover", dimensions: ["page", "device"] },
      /no dimension device for the search type discover/,
    ],
    [
      { searchType: "googleNews", dimensions: ["query"] },
      /no dimension query for the search type googleNews/,
    ],
    [
      { searchType: "discover", dimensions: ["page"], ...filtered("query", "a") },
      /no filter by query for the search type discover/,
    ],
    [{ dimensions: ["hour"] }, /dimension hour with the data state hourly_all only, not final/],
    [
      { dimensions: ["hour"], dataState: "all" },
      /dimension hour with the data state hourly_all only, not all/,
    ],
    [{ dataState: "hourly_all" }, /hourly_all with the dimension hour only/],
    [{ aggregationType: "byProperty" }, /does not aggregate byProperty with the dimension page/],
    [
      { aggregationType: "byProperty", dimensions: ["query"], ...filtered("page", "/a") },
      /does not aggregate byProperty with a filter by page/,
    ],
    [
      { aggregationType: "byProperty", dimensions: ["country"], searchType: "discover" },
      /does not aggregate byProperty for the search type discover/,
    ],
    [
      { aggregationType: "byProperty", dimensions: ["country"], searchType: "googleNews" },
      /does not aggregate byProperty for the search type googleNews/,
    ],
    [
      { aggregationType: "byNewsShowcasePanel", dimensions: ["country"], ...showcase },
      /byNewsShowcasePanel for the search types discover and googleNews only/,
    ],
    [
      {
        aggregationType: "byNewsShowcasePanel",
        searchType: "discover",
        dimensions: ["page"],
        ...showcase,
      },
      /does not aggregate byNewsShowcasePanel with the dimension page/,
    ],
    [
      { aggregationType: "byNewsShowcasePanel", searchType: "googleNews", dimensions: ["country"] },
      /with the filter searchAppearance equals NEWS_SHOWCASE only/,
    ],
    [
      {
        aggregationType: "byNewsShowcasePanel",
        searchType: "discover",
        dimensions: ["country"],
        ...filtered("searchAppearance", "AMP_BLUE_LINK"),
      },
      /with the filter searchAppearance equals NEWS_SHOWCASE only/,
    ],
    [filtered("query", "a(b", "excludingRegex"), /filter by query is no regular expression: a\(b/],
  ])("%j", (changes, rule) => {
    const faults = reportFaults(shape(changes));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(rule);
  });

  test("several faults at once, one line each", () => {
    const faults = reportFaults(
      shape({ searchType: "discover", dimensions: ["query", "device", "hour"] }),
    );
    expect(faults).toHaveLength(3);
  });
});

describe("hours", () => {
  const hourly: Report = { id: "h", ...shape({ dimensions: ["hour"], dataState: "hourly_all" }) };
  const noonMs = Date.parse("2026-05-20T19:00:00Z");

  test("are refused for days that Google keeps no hours of", () => {
    expect(reportRangeFaults(hourly, pacific("2026-05-09"), noonMs)).toEqual([
      "2026-05-09 is too old for h: Google keeps hours for 10 days, since 2026-05-10",
    ]);
  });

  test("can be asked for ten days back, other data for longer", () => {
    expect(reportRangeFaults(hourly, pacific("2026-05-10"), noonMs)).toEqual([]);
    const daily: Report = { id: "d", ...shape({}) };
    expect(reportRangeFaults(daily, pacific("2026-01-01"), noonMs)).toEqual([]);
  });
});

test.each(["^(?!.*brand)", "a(?=b)", "(?<=a)b", "(?<!a)b", "(a)\\1", "(?<x>a)\\k<x>"])(
  "%s is no regular expression of RE2, which Google reads",
  (expression) => {
    expect(reportFaults(shape(filtered("query", expression, "includingRegex")))[0]).toMatch(
      /is no regular expression/,
    );
  },
);
