import { describe, expect, test } from "vitest";
import { chunkRows, distinctStoredRows } from "../../shared/rows/stored-row.ts";
import { deviceCountry, pageQuery, sampleRow, sampleRows } from "../support/row-samples.ts";

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

describe("chunks", () => {
  const rows = distinctStoredRows(pageQuery, sampleRows(7));
  const sizes = (maxRows: number, maxBytes: number) =>
    [...chunkRows(rows, maxRows, maxBytes)].map((chunk) => chunk.length);

  test("hold at most so many rows", () => {
    expect(sizes(3, 1_000_000)).toEqual([3, 3, 1]);
    expect(sizes(7, 1_000_000)).toEqual([7]);
  });

  test("hold at most so many bytes, but always a row", () => {
    expect(sizes(100, 400)).toEqual([2, 2, 2, 1]);
    expect(sizes(100, 1)).toEqual([1, 1, 1, 1, 1, 1, 1]);
  });

  test("count bytes, not characters", () => {
    const wide = distinctStoredRows(pageQuery, [
      sampleRow(["日".repeat(1_000), "a"]),
      sampleRow(["日".repeat(1_000), "b"]),
    ]);
    expect([...chunkRows(wide, 100, 5_000)]).toHaveLength(2);
    expect([...chunkRows(wide, 100, 7_000)]).toHaveLength(1);
  });

  test("are none for no rows, and lose and reorder nothing", () => {
    expect([...chunkRows([], 3, 100)]).toEqual([]);
    expect([...chunkRows(rows, 2, 1_000)].flat()).toEqual(rows);
  });
});
