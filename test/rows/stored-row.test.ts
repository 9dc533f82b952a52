import { describe, expect, test } from "vitest";
import { keyedRows } from "../../shared/rows/keyed-rows.ts";
import { storedRows } from "../../shared/rows/stored-row.ts";
import { deviceCountry, pageQuery, sampleRow, sampleRows } from "../support/samples/row-samples.ts";

describe("stored rows", () => {
  test("are distinct, sorted by key, the last of a repeated key", () => {
    const tied = sampleRow(["tied", "q"], 1);
    const stored = storedRows(
      pageQuery,
      keyedRows([tied, ...sampleRows(50), { ...tied, clicks: 9 }]),
    );
    expect(stored).toHaveLength(51);
    expect(stored.map(({ key }) => key)).toEqual(stored.map(({ key }) => key).toSorted());
    expect(stored.find(({ page }) => page === "tied")?.clicks).toBe(9);
  });

  test("have each value under its dimension", () => {
    expect(storedRows(deviceCountry, keyedRows([sampleRow(["MOBILE", "h", "usa"])]))).toMatchObject(
      [{ device: "MOBILE", hour: "h", country: "usa", page: null, query: null }],
    );
  });

  test("with more or fewer values than the report has dimensions are refused", () => {
    expect(() => storedRows(pageQuery, keyedRows([sampleRow(["p"])]))).toThrow(
      "1 dimension values",
    );
    expect(() => storedRows(pageQuery, keyedRows([sampleRow(["p", "q", "r"])]))).toThrow("not 2");
  });
});
