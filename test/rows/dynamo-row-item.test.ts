import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  FigureSchema,
  parseRowItem,
  rowItem,
  storableFigure,
} from "../../shared/rows/dynamo-row-item.ts";
import { rowShards, unitKey, unitsBetween } from "../../shared/rows/dynamo-rows-table.ts";
import { keyedRows } from "../../shared/rows/keyed-rows.ts";
import { storedRows } from "../../shared/rows/stored-row.ts";
import { pacific } from "../support/samples/pacific.ts";
import {
  deviceCountry,
  pageQuery,
  sampleRow,
  sampleRows,
  sampleUnit,
} from "../support/samples/row-samples.ts";

describe("a figure", () => {
  test("of any size comes back as it was, within what DynamoDB takes as a number", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }), (value) => {
        const stored = storableFigure(value);
        const number = typeof stored === "number" ? stored : 0;
        expect(number === 0 || (number >= 1e-130 && number <= Number.MAX_SAFE_INTEGER)).toBe(true);
        expect(FigureSchema.parse(stored)).toBe(value);
      }),
    );
  });

  test("as Google sends it is a number", () => {
    for (const value of [0, 1, 25_000, 0.034782608695652174, 7.3]) {
      expect(storableFigure(value)).toBe(value);
    }
  });
});

describe("a row's item", () => {
  const [stored] = storedRows(deviceCountry, keyedRows([sampleRow(["MOBILE", "h", "usa"], 4)]));
  if (stored === undefined) throw new Error("no row");

  test("leaves out the dimensions that its report lacks, which come back as null", () => {
    const item = rowItem(sampleUnit(), 7, stored);
    expect(Object.keys(item).sort()).toEqual(
      ["clicks", "country", "ctr", "device", "hour", "impressions", "pk", "position", "sk"].sort(),
    );
    const { key: _key, ...row } = stored;
    expect(parseRowItem(item)).toEqual(row);
  });

  test("stands in the partition of its key, and shards after one another are in key order", () => {
    const items = storedRows(pageQuery, keyedRows(sampleRows(2_000))).map((row) =>
      rowItem(sampleUnit(), 7, row),
    );
    const partitions = [...new Set(items.map(({ pk }) => pk))];
    expect(partitions.map((pk) => pk.split("#").at(-1))).toEqual(rowShards);
    const sizes = partitions.map((pk) => items.filter((item) => item.pk === pk).length);
    expect(Math.max(...sizes)).toBeLessThan(1.5 * (items.length / rowShards.length));
  });

  test("of usual length costs one write unit", () => {
    const [row] = storedRows(
      pageQuery,
      keyedRows([
        sampleRow([
          `https://www.example.com/${"category/".repeat(20)}`,
          "a rather long query ".repeat(8),
        ]),
      ]),
    );
    if (row === undefined) throw new Error("no row");
    const bytes = Object.entries(rowItem(sampleUnit(), 1_774_000_000_123, row)).reduce(
      (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(String(value)),
      0,
    );
    expect(bytes).toBeLessThan(1_024);
  });
});

test("a range of dates takes its first and last unit, and none beside them", () => {
  const [first, last] = unitsBetween(pacific("2026-03-01"), pacific("2026-03-02"));
  const inRange = (day: number, report: string) => {
    const { sk } = unitKey(sampleUnit(day, "sc-domain:example.com", report));
    return sk >= first && sk <= last;
  };
  expect([-1, 0, 1, 2].map((day) => inRange(day, "a"))).toEqual([false, true, true, false]);
  expect([-1, 0, 1, 2].map((day) => inRange(day, "zzz_9"))).toEqual([false, true, true, false]);
});
