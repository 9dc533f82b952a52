import { describe, expect, test } from "vitest";
import { distinctStoredRows } from "../../shared/rows/stored-row.ts";
import { deviceCountry, pageQuery, sampleRow, sampleRows } from "../support/samples/row-samples.ts";

describe("stored rows", () => {
  test("are distinct, sorted by key, the last of a repeated key", () => {
    const tied = sampleRow(["tied", "q"], 1);
    const stored = distinctStoredRows(pageQuery, [tied, ...sampleRows(50), { ...tied, clicks: 9 }]);
    expect(stored).toHaveLength(51);
    expect(stored.map(({ key }) => key)).toEqual(stored.map(({ key }) => key).toSorted());
    expect(stored.find(({ page }) => page === "tied")?.clicks).toBe(9);
  });

  test("have each value under its dimension", () => {
    expect(distinctStoredRows(deviceCountry, [sampleRow(["MOBILE", "h", "usa"])])).toMatchObject([
      { device: "MOBILE", hour: "h", country: "usa", page: null, query: null },
    ]);
  });

  test("with more or fewer values than the report has dimensions are refused", () => {
    expect(() => distinctStoredRows(pageQuery, [sampleRow(["p"])])).toThrow("1 dimension values");
    expect(() => distinctStoredRows(pageQuery, [sampleRow(["p", "q", "r"])])).toThrow("not 2");
  });
});
