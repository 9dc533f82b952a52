import { findReport } from "../../../shared/request/find-report.ts";
import { addDays } from "../../../shared/request/pacific-date.ts";
import type { Report } from "../../../shared/request/report.ts";
import type { Row } from "../../../shared/request/row.ts";
import type { Unit } from "../../../shared/request/unit.ts";
import { keyedRows } from "../../../shared/rows/keyed-rows.ts";
import { rowSet } from "../../../shared/rows/row-set.ts";
import type { UnitRecord } from "../../../shared/rows/unit-record.ts";
import { pacific } from "./pacific.ts";

export const pageQuery: Report = {
  id: "page_query",
  searchType: "web",
  dimensions: ["page", "query"],
  dataState: "final",
};

/** A report with the other dimensions, in another order than the table's columns. */
export const deviceCountry: Report = {
  id: "device_country",
  searchType: "image",
  dimensions: ["device", "hour", "country"],
  dataState: "all",
};

export function sampleReport(id: string): Report | undefined {
  return [pageQuery, deviceCountry].find((report) => report.id === id) ?? findReport(id);
}

export const sampleSite = "sc-domain:example.com";

const firstDate = pacific("2026-03-01");

/** The unit `day` days after 1 March 2026. */
export function sampleUnit(day = 0, siteUrl = sampleSite, report = pageQuery.id): Unit {
  return { siteUrl, report, date: addDays(firstDate, day) };
}

export function sampleRow(keys: readonly string[], clicks = 1): Row {
  return { keys, clicks, impressions: clicks * 7, ctr: 1 / 7, position: 1 + clicks / 3 };
}

/** `count` rows with distinct keys; another salt, another set of rows. */
export function sampleRows(count: number, salt = "a"): readonly Row[] {
  return Array.from({ length: count }, (_, index) =>
    sampleRow([`https://example.com/${salt}/${index}`, `query ${index % 97}`], index % 50),
  );
}

/** The record of a unit whose pages held these rows. */
export function sampleRecord(
  unit: Unit,
  generation: number,
  pages: readonly (readonly Row[])[],
  changes: Partial<UnitRecord> = {},
): UnitRecord {
  const set = rowSet();
  for (const page of pages) set.add(keyedRows(page));
  return {
    ...unit,
    ...set.figures(),
    generation,
    runId: "run-1",
    pages: pages.map((page, index) => ({ startRow: index * 25_000, rows: page.length })),
    capped: false,
    aggregation: "byPage",
    firstIncompleteDate: null,
    fetchedAtMs: Date.parse("2026-04-01T10:00:00.123Z"),
    ...changes,
  };
}
