import { describe, expect, test } from "vitest";
import { assumedRowBytes, estimateRun } from "../../../shared/sync/plan/estimate-run.ts";
import { sampleRecord, sampleRows, sampleUnit } from "../../support/samples/row-samples.ts";

const units = [sampleUnit(0), sampleUnit(1), sampleUnit(2)];

function stored(day: number, rows: number, pages: number) {
  return sampleRecord(sampleUnit(day), 1, [sampleRows(rows)], {
    pages: Array.from({ length: pages }, (_, index) => ({ startRow: index * 25_000, rows: 1 })),
  });
}

describe("what a run would take", () => {
  test("of which nothing is stored: a request a unit at least, rows by a guess", () => {
    const estimate = estimateRun({ units, skipped: 4 }, [], { budgetPerMinute: 940 });
    expect(estimate).toMatchObject({
      units: { planned: 3, skipped: 4 },
      requests: 3,
      requestsExact: false,
      minutes: 0.01,
      rows: 3_000,
      storageBytes: 3_000 * assumedRowBytes,
      reports: [{ report: "page_query", units: 3, requests: 3, basis: "assumed" }],
    });
  });

  test("of which every unit is stored: as many requests and rows as then", () => {
    const records = [stored(0, 10, 3), stored(1, 0, 1), stored(2, 5, 2)];
    const estimate = estimateRun({ units, skipped: 0 }, records, { budgetPerMinute: 3 });
    expect(estimate).toMatchObject({ requests: 6, requestsExact: true, rows: 15, minutes: 2 });
  });

  test("of which other days are stored: rows as on these", () => {
    const records = [stored(8, 100, 1), stored(9, 200, 3)];
    const estimate = estimateRun({ units, skipped: 0 }, records, { budgetPerMinute: 940 });
    expect(estimate).toMatchObject({ requests: 3, requestsExact: false, rows: 450 });
    expect(estimate.reports[0]?.basis).toBe("stored");
  });

  test("of nothing is nothing", () => {
    const estimate = estimateRun({ units: [], skipped: 9 }, [], { budgetPerMinute: 940 });
    expect(estimate).toMatchObject({ requests: 0, requestsExact: true, minutes: 0, rows: 0 });
  });
});
