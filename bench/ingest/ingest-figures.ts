import { findReport } from "../../shared/request/find-report.ts";
import { parsePacificDate } from "../../shared/request/pacific-date.ts";
import type { Row } from "../../shared/request/row.ts";
import { keyedRows } from "../../shared/rows/keyed-rows.ts";
import { type StoredRow, storedRows } from "../../shared/rows/stored-row.ts";
import { readPage } from "../../shared/search-console/google-query.ts";
import type { Measured } from "../support/in-turns.ts";
import type { Ratio } from "../support/outcome.ts";
import { pageBody } from "../support/page-body.ts";

/** One row below a whole page: a unit is one request. */
export const rowsAUnit = 24_999;
export const urlLength = 80;

export type EngineFigures = {
  readonly ratios: readonly Ratio[];
  readonly raw: Readonly<
    Record<string, { readonly rowsPerSecond: number; readonly cpuMs: number }>
  >;
};

/** The rows of every unit: the body that they come in, as Google's page, and as they are stored. */
export function unitRows(rowCount = rowsAUnit): {
  readonly body: string;
  readonly page: readonly Row[];
  readonly rows: readonly StoredRow[];
} {
  const body = pageBody(rowCount, urlLength);
  const report = findReport("page_query");
  const date = parsePacificDate("2026-01-01");
  if (report === undefined || date === undefined) throw new Error("no report, no date");
  const page = readPage(body, { siteUrl: "sc-domain:bench.example", report, date, startRow: 0 });
  return { body, page: page.rows, rows: storedRows(report, keyedRows(page.rows)) };
}

export function figuresOf(
  engine: string,
  measured: ReadonlyMap<string, Measured>,
  units: number,
  aims: Readonly<Record<string, string>>,
): EngineFigures {
  const perSecond = (ms: number) => Math.round((units * rowsAUnit * 1_000) / ms);
  const raw = Object.fromEntries(
    [...measured].map(([name, { medianMs, medianCpuMs }]) => [
      name,
      { rowsPerSecond: perSecond(medianMs), cpuMs: Math.round(medianCpuMs) },
    ]),
  );
  const ours = measured.get(oursName)?.medianMs ?? Number.NaN;
  const ratios = [...measured]
    .filter(([name]) => name !== oursName)
    .map(([name, { medianMs }]) => ({
      what: `${engine}: ours / ${name}`,
      value: medianMs / ours,
      aim: aims[name] ?? "",
    }));
  return { ratios, raw };
}

export const oursName = "ours, body to visible";
