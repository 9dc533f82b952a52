import { Command } from "commander";
import { compact } from "../../shared/lib/compact.ts";
import { defaultReportId } from "../../shared/request/find-report.ts";
import { datesFromTo, type PacificDate, pacificDateAt } from "../../shared/request/pacific-date.ts";
import { isFinal } from "../../shared/rows/finality.ts";
import type { UnitRecord } from "../../shared/rows/unit-record.ts";
import { storedSpelling } from "../checks/stored-spelling.ts";
import {
  jsonOption,
  pacificDate,
  reportOption,
  stageOption,
  storedRange,
  storedSiteUrlOption,
} from "../options/options.ts";
import { commandTerminal } from "../output/terminal.ts";
import { type UnitLine, unitsTable } from "../output/views/units-view.ts";
import { openRowReader } from "../stage/open-readers.ts";

type UnitsOptions = {
  readonly stage: string;
  readonly siteUrl: string;
  readonly from: PacificDate;
  readonly to: PacificDate;
  readonly report?: readonly string[];
  readonly json: boolean;
};

/** `gsc-sync units`: which units are complete, and what is known of each. */
export function unitsCommand(): Command {
  return new Command("units")
    .description("show which days of a property are complete, one unit a line")
    .addOption(stageOption())
    .addOption(storedSiteUrlOption())
    .requiredOption("--from <date>", "first day, Pacific time", pacificDate("--from"))
    .requiredOption("--to <date>", "last day, included", pacificDate("--to"))
    .addOption(reportOption())
    .addOption(jsonOption())
    .action(async (options: UnitsOptions) => {
      const range = storedRange(options);
      const terminal = commandTerminal(options.json);
      await using rows = await openRowReader(options, terminal.notice);
      const today = pacificDateAt(Date.now());
      const records = await rows.readUnits({
        siteUrl: await storedSpelling(rows, options.siteUrl, range),
        from: range.from,
        to: today > range.to ? today : range.to,
        ...(options.report === undefined ? {} : { reports: options.report }),
      });
      const reports = options.report ?? reportsOf(records);
      const units = datesFromTo(range.from, range.to).flatMap((date) =>
        reports.map((report) => unitLine(date, report, records)),
      );
      terminal.result(unitsTable(units, terminal), { units });
    });
}

function reportsOf(records: readonly UnitRecord[]): readonly string[] {
  const found = [...new Set(records.map((record) => record.report))].sort();
  return found.length > 0 ? found : [defaultReportId];
}

function unitLine(date: PacificDate, report: string, records: readonly UnitRecord[]): UnitLine {
  const siblings = records.filter((record) => record.report === report);
  const record = siblings.find((candidate) => candidate.date === date);
  if (record === undefined) {
    return {
      date,
      report,
      status: "missing",
      rows: 0,
      pages: 0,
      hash: null,
      final: false,
      capped: false,
      runId: null,
    };
  }
  return compact({
    date,
    report,
    status: "complete",
    rows: record.rows,
    pages: record.pages.length,
    hash: record.hash,
    final: isFinal(record, siblings),
    capped: record.capped,
    duplicates: record.fetchedRows - record.rows || undefined,
    runId: record.runId,
  });
}
