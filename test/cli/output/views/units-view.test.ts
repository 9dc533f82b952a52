import { describe, expect, test } from "vitest";
import { textWidth } from "../../../../cli/output/views/text-width.ts";
import { type UnitLine, unitsTable } from "../../../../cli/output/views/units-view.ts";

const hash = "0123456789abcdef".repeat(4);

const stored: UnitLine = {
  date: "2026-11-17",
  report: "page_query",
  status: "complete",
  rows: 25_000,
  pages: 2,
  hash,
  final: true,
  capped: false,
  runId: "backfill-20261121-120000",
};

const missing: UnitLine = {
  ...stored,
  date: "2026-11-18",
  status: "missing",
  rows: null,
  pages: null,
  hash: null,
  final: false,
  runId: null,
};

const units = [stored, { ...stored, rows: 50_000, final: false, capped: true }, missing];

describe("units", () => {
  test("are listed with their figures, and added up", () => {
    const lines = unitsTable(units, { width: 120, colour: false }).split("\n");
    expect(lines).toEqual([
      "date        report      status      rows  pages  notes              hash      run",
      "2026-11-17  page_query  complete  25,000      2                     01234567  backfill-20261121-120000",
      "2026-11-17  page_query  complete  50,000      2  not final, capped  01234567  backfill-20261121-120000",
      "2026-11-18  page_query  missing",
      "",
      "3 units: 2 complete, 1 missing · 75,000 rows",
    ]);
  });

  test("say how many rows Google sent twice", () => {
    const text = unitsTable([{ ...stored, duplicates: 1_234 }], { width: 120, colour: false });
    expect(text).toContain("1,234 sent twice");
  });

  test("have whole hashes off a terminal", () => {
    const text = unitsTable(units, { width: Number.POSITIVE_INFINITY, colour: false });
    expect(text).toContain(hash);
  });

  test.each([10, 40, 60, 80, 100])("fit %d columns", (width) => {
    const table = unitsTable(units, { width, colour: false }).split("\n\n")[0] ?? "";
    for (const line of table.split("\n")) expect(textWidth(line)).toBeLessThanOrEqual(width);
  });

  test("on 80 columns keep dates, figures and notes whole", () => {
    const text = unitsTable(units, { width: 80, colour: false });
    expect(text).toContain("2026-11-17  page_query  complete  50,000      2  not final, capped");
  });

  test("none: says so", () => {
    expect(unitsTable([], { width: 80, colour: false })).toBe("There are no units in this range.");
  });
});
