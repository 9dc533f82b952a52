import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Row } from "../../shared/request/row.ts";
import { keyedRows } from "../../shared/rows/keyed-rows.ts";
import { rowSet } from "../../shared/rows/row-set.ts";
import { sampleRow, sampleRows } from "../support/samples/row-samples.ts";

function figuresOf(...pages: readonly (readonly Row[])[]) {
  const set = rowSet();
  for (const page of pages) set.add(keyedRows(page));
  return set.figures();
}

const anyRow: fc.Arbitrary<Row> = fc.record({
  keys: fc.tuple(fc.string({ unit: "binary" }), fc.constantFrom("", "a", "b")),
  clicks: fc.nat(),
  impressions: fc.double({ noNaN: true, noDefaultInfinity: true }),
  ctr: fc.double({ min: 0, max: 1, noNaN: true }),
  position: fc.double({ min: -0, max: 1_000, noNaN: true }),
});

const distinctRows = fc.uniqueArray(anyRow, { selector: (row) => JSON.stringify(row.keys) });

describe("a row set", () => {
  test("has the same figures and hash whatever the order of its rows and pages", () => {
    fc.assert(
      fc.property(
        distinctRows.chain((rows) =>
          fc.record({
            rows: fc.constant(rows),
            shuffled: fc.shuffledSubarray(rows, { minLength: rows.length }),
            cut: fc.nat(rows.length),
          }),
        ),
        ({ rows, shuffled, cut }) => {
          expect(figuresOf(shuffled.slice(0, cut), shuffled.slice(cut))).toEqual(figuresOf(rows));
        },
      ),
    );
  });

  test("has another hash when any value of any row changes", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyRow, { selector: (row) => JSON.stringify(row.keys), minLength: 1 }),
        fc.nat(),
        fc.constantFrom("clicks" as const, "impressions" as const, "ctr" as const),
        (rows, at, figure) => {
          const index = at % rows.length;
          const changed = rows.map((row, i) =>
            i === index ? { ...row, [figure]: row[figure] === 0.5 ? 0.25 : 0.5 } : row,
          );
          expect(figuresOf(changed).hash).not.toBe(figuresOf(rows).hash);
        },
      ),
    );
    const rows = sampleRows(3);
    expect(figuresOf(rows.slice(1)).hash).not.toBe(figuresOf(rows).hash);
    expect(figuresOf([...rows, sampleRow(["", ""])]).hash).not.toBe(figuresOf(rows).hash);
  });

  test("counts a repeated row once, with its last values, and as fetched each time", () => {
    const tied = sampleRow(["tied", "q"], 1);
    const figures = figuresOf([tied, sampleRow(["other", "q"], 2)], [{ ...tied, clicks: 5 }]);
    expect(figures).toMatchObject({ rows: 2, fetchedRows: 3, clicks: 7, impressions: 21 });
    expect(figures.hash).toBe(
      figuresOf([{ ...tied, clicks: 5 }, sampleRow(["other", "q"], 2)]).hash,
    );
  });

  test("of no rows has a hash too", () => {
    expect(figuresOf()).toEqual(figuresOf([], []));
    expect(figuresOf()).toMatchObject({ rows: 0, fetchedRows: 0, clicks: 0, impressions: 0 });
    expect(figuresOf().hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test("never changes its hash: two syncs months apart are compared by it", () => {
    expect(figuresOf(sampleRows(3)).hash).toBe(
      "eb1a587bbad221ceaabe73f7543295bb17cb5da169157a73368651f2fc6e4624",
    );
  });
});
