import { findReport } from "../../request/find-report.ts";
import type { Report } from "../../request/report.ts";
import type { UnitRecord } from "../../rows/unit-record.ts";
import type { UnitPlan } from "./plan-units.ts";

export type ReportEstimate = {
  readonly report: string;
  readonly units: number;
  readonly requests: number;
  readonly rows: number;
  /** Where the rows come from: what is stored of the property, or a guess by the dimensions. */
  readonly basis: "stored" | "assumed";
};

/** What a run would take. Nothing is asked of Google to find it out. */
export type RunEstimate = {
  readonly units: { readonly planned: number; readonly skipped: number };
  /** Page requests, retries aside. */
  readonly requests: number;
  /** Each unit's page count is known from an earlier fetch; else `requests` is the least. */
  readonly requestsExact: boolean;
  /** At the budget, were nothing else the limit. */
  readonly minutes: number;
  readonly rows: number;
  readonly storageBytes: number;
  readonly reports: readonly ReportEstimate[];
};

/**
 * What a row takes in Postgres, indexes included: measured on days of page and query; text of other
 * lengths and other dimensions take more or less.
 */
export const assumedRowBytes = 350;

/**
 * A unit that was fetched before takes as many requests and rows as then. One that was not takes one
 * request at least, and as many rows as the property's other days of the report.
 */
export function estimateRun(
  plan: UnitPlan,
  stored: readonly UnitRecord[],
  options: { readonly budgetPerMinute: number; readonly definitions?: readonly Report[] },
): RunEstimate {
  const byUnit = new Map(stored.map((record) => [`${record.report} ${record.date}`, record]));
  const byReport = Map.groupBy(stored, ({ report }) => report);
  const reports = [...Map.groupBy(plan.units, ({ report }) => report)].map(([report, units]) => {
    const siblings = byReport.get(report) ?? [];
    const usual =
      siblings.length > 0
        ? Math.round(sum(siblings, ({ rows }) => rows) / siblings.length)
        : assumedRows(findReport(report, options.definitions));
    const known = units.map(({ date }) => byUnit.get(`${report} ${date}`));
    return {
      report,
      units: units.length,
      requests: sum(known, (record) => record?.pages.length ?? 1),
      rows: sum(known, (record) => record?.rows ?? usual),
      basis: siblings.length > 0 ? "stored" : "assumed",
    } satisfies ReportEstimate;
  });
  const requests = sum(reports, (report) => report.requests);
  const rows = sum(reports, (report) => report.rows);
  return {
    units: { planned: plan.units.length, skipped: plan.skipped },
    requests,
    requestsExact: plan.units.every(({ report, date }) => byUnit.has(`${report} ${date}`)),
    minutes: Math.ceil((requests / options.budgetPerMinute) * 100) / 100,
    rows,
    storageBytes: rows * assumedRowBytes,
    reports,
  };
}

/** Rows of a day of a report of which nothing is stored: a guess, said to be one. */
function assumedRows(report: Report | undefined): number {
  const dimensions = report?.dimensions ?? [];
  return Math.min(
    10_000,
    dimensions.reduce((rows, dimension) => rows * assumedValues[dimension], 1),
  );
}

const assumedValues: Readonly<Record<Report["dimensions"][number], number>> = {
  page: 50,
  query: 20,
  country: 20,
  device: 3,
  searchAppearance: 3,
  hour: 24,
};

function sum<T>(items: readonly T[], figure: (item: T) => number): number {
  return items.reduce((total, item) => total + figure(item), 0);
}
