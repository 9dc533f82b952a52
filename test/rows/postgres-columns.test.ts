import { describe, expect, test } from "vitest";
import type { Row } from "../../shared/request/row.ts";
import { keyedRows, keyHexAt } from "../../shared/rows/keyed-rows.ts";
import { plainArrays } from "../../shared/rows/postgres-arrays.ts";
import { columnsOf } from "../../shared/rows/postgres-columns.ts";
import { deviceCountry, pageQuery, sampleRow, sampleRows } from "../support/samples/row-samples.ts";

describe("a statement's columns", () => {
  const rows = [
    sampleRow(["MOBILE", "h", "usa"], 1),
    sampleRow(["DESKTOP", "g\0", "deu"], 2),
    sampleRow(["TABLET", "f", "fra"], 3),
  ];
  const keyed = keyedRows(rows);
  const plenty = { rows: 10, bytes: 100_000 };

  test("have each row under its dimensions, as Postgres can hold it", () => {
    const [all, ...more] = columnsOf(deviceCountry, keyed, plenty, plainArrays);
    expect(all?.rowCount).toBe(3);
    const [keys, page, query, country, device, searchAppearance, hour, ...figures] =
      all?.values ?? [];
    expect(keys).toEqual(keyed.rows.map((_, index) => keyHexAt(keyed, index)));
    expect([page, query, searchAppearance]).toEqual(Array(3).fill([null, null, null]));
    expect(device).toEqual(keyed.rows.map((row) => row.keys[0]));
    expect(hour).toEqual(keyed.rows.map((row) => row.keys[1]?.replace("\0", "\uFFFD")));
    expect(country).toEqual(keyed.rows.map((row) => row.keys[2]));
    expect(figures).toEqual(
      (["clicks", "impressions", "ctr", "position"] as const).map((figure) =>
        keyed.rows.map((row) => row[figure]),
      ),
    );
    expect(more).toEqual([]);
  });

  test("of several statements follow each other", () => {
    const [all] = columnsOf(deviceCountry, keyed, plenty, plainArrays);
    const cut = [...columnsOf(deviceCountry, keyed, { ...plenty, rows: 2 }, plainArrays)];
    expect(cut.map(({ rowCount }) => rowCount)).toEqual([2, 1]);
    const joined = all?.values.map((_, at) => cut.flatMap(({ values }) => values[at]));
    expect(joined).toEqual(all?.values);
  });

  test("are refused for a row with more or fewer values than the report has dimensions", () => {
    const columns = columnsOf(pageQuery, keyed, plenty, plainArrays);
    expect(() => [...columns]).toThrow("3 dimension values, not 2");
  });
});

describe("the rows of one statement", () => {
  const sizes = (most: number, bytes: number, rows: readonly Row[] = sampleRows(7)) =>
    [...columnsOf(pageQuery, keyedRows(rows), { rows: most, bytes }, plainArrays)].map(
      ({ rowCount }) => rowCount,
    );

  test("are at most so many", () => {
    expect(sizes(3, 1_000_000)).toEqual([3, 3, 1]);
    expect(sizes(7, 1_000_000)).toEqual([7]);
  });

  test("are no more once they have so many bytes", () => {
    expect(sizes(100, 300)).toEqual([3, 3, 1]);
    expect(sizes(100, 1)).toEqual([1, 1, 1, 1, 1, 1, 1]);
  });

  test("have bytes, not characters", () => {
    const wide = [sampleRow(["日".repeat(1_000), "a"]), sampleRow(["日".repeat(1_000), "b"])];
    expect(sizes(100, 3_000, wide)).toEqual([1, 1]);
    expect(sizes(100, 4_000, wide)).toEqual([2]);
  });

  test("are none of none", () => {
    expect(sizes(3, 100, [])).toEqual([]);
  });
});
