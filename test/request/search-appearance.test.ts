import { describe, expect, test } from "vitest";
import type { Report } from "../../shared/request/report.ts";
import { reportFaults } from "../../shared/request/report-faults.ts";
import {
  appearanceList,
  reportOfAppearance,
  takesTwoSteps,
  withAppearance,
} from "../../shared/request/search-appearance.ts";

const report: Report = {
  id: "appearances",
  searchType: "web",
  dimensions: ["page", "searchAppearance", "query"],
  dataState: "final",
  dimensionFilterGroups: [
    {
      groupType: "and",
      filters: [{ dimension: "country", operator: "equals", expression: "usa" }],
    },
  ],
};

describe("a report by search appearance", () => {
  test("takes two steps when it has another dimension", () => {
    expect(takesTwoSteps(report)).toBe(true);
    expect(takesTwoSteps({ ...report, dimensions: ["searchAppearance"] })).toBe(false);
    expect(takesTwoSteps({ ...report, dimensions: ["page"] })).toBe(false);
  });

  test("asks first for the appearances alone, with the report's own filters", () => {
    const first = appearanceList(report);
    expect(first.dimensions).toEqual(["searchAppearance"]);
    expect(first.dimensionFilterGroups).toEqual(report.dimensionFilterGroups);
  });

  test("lists the appearances of fresh days for hours, which Google gives by hour only", () => {
    const hourly: Report = {
      ...report,
      dimensions: ["hour", "searchAppearance"],
      dataState: "hourly_all",
    };
    expect(reportFaults(appearanceList(hourly))).toEqual([]);
    expect(appearanceList(hourly).dataState).toBe("all");
  });

  test("asks then for one appearance, by a filter beside its own", () => {
    const second = reportOfAppearance(report, "VIDEO");
    expect(second.dimensions).toEqual(["page", "query"]);
    expect(second.dimensionFilterGroups?.map(({ filters }) => filters)).toEqual([
      [{ dimension: "country", operator: "equals", expression: "usa" }],
      [{ dimension: "searchAppearance", operator: "equals", expression: "VIDEO" }],
    ]);
  });

  test("has the appearance at its place among the keys", () => {
    const row = { keys: ["/a", "b"], clicks: 1, impressions: 2, ctr: 0.5, position: 1 };
    expect(withAppearance(report, "VIDEO", [row])[0]?.keys).toEqual(["/a", "VIDEO", "b"]);
  });
});
