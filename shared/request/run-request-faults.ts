import * as z from "zod";
import { rangeFaults } from "./date-range.ts";
import { findReport, isBuiltIn, reportIds } from "./find-report.ts";
import type { Report } from "./report.ts";
import { reportFaults, reportRangeFaults } from "./report-faults.ts";
import { mostDefinitionBytes } from "./run-limits.ts";
import { RunRequestSchema } from "./run-request.ts";

/**
 * What Search Console would not answer of a run's request, one line each. Each part is read on its
 * own, so that a fault elsewhere does not hide theirs; a part of the wrong form says nothing here.
 */
export function runRequestFaults(input: unknown, nowMs: number): readonly string[] {
  const range = RangeSchema.safeParse(input).data;
  const { reports = [] } = ReportsSchema.safeParse(input).data ?? {};
  const { definitions = [] } = DefinitionsSchema.safeParse(input).data ?? {};
  const asked = [...new Set(reports)].map((id) => ({ id, report: findReport(id, definitions) }));
  return [
    ...(range === undefined ? [] : rangeFaults(range.from, range.to, nowMs)),
    ...asked
      .filter(({ report }) => report === undefined)
      .map(({ id }) => `there is no report ${id}; there is: ${reportIds(definitions).join(", ")}`),
    ...definitionFaults(definitions),
    ...definitionSizeFaults(definitions.filter(({ id }) => reports.includes(id))),
    ...(range === undefined || KeptDaysSchema.safeParse(input).data?.keptDaysOnly === true
      ? []
      : asked.flatMap(({ report }) =>
          report === undefined ? [] : reportRangeFaults(report, range.from, nowMs),
        )),
  ];
}

/** A run carries its own reports with it. */
function definitionSizeFaults(definitions: readonly Report[]): readonly string[] {
  const bytes = Buffer.byteLength(JSON.stringify(definitions));
  if (bytes <= mostDefinitionBytes) return [];
  const [held, most] = [bytes, mostDefinitionBytes].map((size) => Math.ceil(size / 1_024));
  return [
    `the configured reports of this run hold ${held} KB, and a run carries ${most} KB: ask for fewer at once, or shorten their filters`,
  ];
}

/** What is wrong with reports that are not built in, one line each. */
export function definitionFaults(definitions: readonly Report[]): readonly string[] {
  const ids = definitions.map(({ id }) => id);
  return definitions.flatMap((report, index) => [
    ...(isBuiltIn(report.id) ? [`report ${report.id}: there is a built-in report of this id`] : []),
    ...(ids.indexOf(report.id) < index ? [`report ${report.id}: the id stands there twice`] : []),
    ...reportFaults(report).map((fault) => `report ${report.id}: ${fault}`),
  ]);
}

const RangeSchema = z.object({
  from: RunRequestSchema.shape.from,
  to: RunRequestSchema.shape.to,
});
const ReportsSchema = z.object({ reports: RunRequestSchema.shape.reports });
const KeptDaysSchema = z.object({ keptDaysOnly: RunRequestSchema.shape.keptDaysOnly });
const DefinitionsSchema = z.object({ definitions: RunRequestSchema.shape.definitions });
