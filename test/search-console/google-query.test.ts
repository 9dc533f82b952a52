import { describe, expect, test } from "vitest";
import type { Report } from "../../shared/request/report.ts";
import { queryOf, readPage } from "../../shared/search-console/google-query.ts";
import { SearchConsoleError } from "../../shared/search-console/search-console-error.ts";
import { pacific } from "../support/samples/pacific.ts";

const pageQuery: Report = {
  id: "page_query",
  searchType: "web",
  dimensions: ["page", "query"],
  dataState: "final",
};
const fresh: Report = { ...pageQuery, dataState: "all" };
const discover: Report = { ...pageQuery, searchType: "discover", dimensions: ["page"] };

function requestOf(report: Report) {
  return { siteUrl: "sc-domain:example.com", report, date: pacific("2026-05-06"), startRow: 0 };
}

function bodyOf(rows: readonly object[], more: object = {}): string {
  return JSON.stringify({ rows, ...more });
}

const figures = { clicks: 1, impressions: 2, ctr: 0.5, position: 3 };

describe("a query", () => {
  test("has aggregation and filters only where the report names them", () => {
    const plain = queryOf(requestOf(pageQuery)).requestBody;
    expect(plain).not.toHaveProperty("aggregationType");
    expect(plain).not.toHaveProperty("dimensionFilterGroups");
    const filters = [{ dimension: "country", operator: "equals", expression: "usa" }] as const;
    const named = queryOf(
      requestOf({
        ...pageQuery,
        aggregationType: "byPage",
        dimensionFilterGroups: [{ groupType: "and", filters }],
      }),
    ).requestBody;
    expect(named.aggregationType).toBe("byPage");
    expect(named.dimensionFilterGroups).toEqual([{ groupType: "and", filters }]);
  });

  test.each<[string, Partial<Report>, readonly string[]]>([
    ["final data", {}, ["page", "query"]],
    ["fresh data, by date too", { dataState: "all" }, ["date", "page", "query"]],
    [
      "fresh appearances, which cannot stand beside a date",
      { dataState: "all", dimensions: ["searchAppearance"] },
      ["searchAppearance"],
    ],
    [
      "hours, which have their own sign",
      { dataState: "hourly_all", dimensions: ["hour"] },
      ["hour"],
    ],
  ])("of %s", (_name, changes, dimensions) => {
    expect(queryOf(requestOf({ ...pageQuery, ...changes })).requestBody.dimensions).toEqual(
      dimensions,
    );
  });
});

describe("an answer about fresh data", () => {
  test("loses the date from its keys and says from when on it is incomplete", () => {
    const body = bodyOf([{ keys: ["2026-05-06", "/a", "b"], ...figures }], {
      metadata: { first_incomplete_date: "2026-05-05" },
    });
    const page = readPage(body, requestOf(fresh));
    expect(page.rows).toEqual([{ keys: ["/a", "b"], ...figures }]);
    expect(page.firstIncompleteDate).toBe("2026-05-05");
  });

  test("of another date is a broken one", () => {
    const body = bodyOf([{ keys: ["2026-05-07", "/a", "b"], ...figures }]);
    expect(() => readPage(body, requestOf(fresh))).toThrow(SearchConsoleError);
  });

  test.each(["first_incomplete_hour", "firstIncompleteHour"])("by hour, with %s", (name) => {
    const hourly: Report = { ...fresh, dimensions: ["hour"], dataState: "hourly_all" };
    const metadata = { [name]: "2026-05-06T13:00:00-07:00" };
    const body = bodyOf([{ keys: ["2026-05-06T12:00:00-07:00"], ...figures }], { metadata });
    expect(readPage(body, requestOf(hourly)).firstIncompleteDate).toBe("2026-05-06");
  });
});

describe("a row without a position", () => {
  const { position: _position, ...rest } = figures;

  test("is one of a feed, which knows none", () => {
    const page = readPage(bodyOf([{ keys: ["/a"], ...rest }]), requestOf(discover));
    expect(page.rows[0]?.position).toBe(0);
  });

  test("of web search is a broken one", () => {
    const body = bodyOf([{ keys: ["/a", "b"], ...rest }]);
    expect(() => readPage(body, requestOf(pageQuery))).toThrow(SearchConsoleError);
  });
});
