import { Command, Option } from "commander";
import type { PacificDate } from "../../shared/request/pacific-date.ts";
import type { RowStore, UnitQuery, VisibleRow } from "../../shared/rows/row-store.ts";
import { storedSpelling } from "../checks/stored-spelling.ts";
import {
  jsonOption,
  pacificDate,
  reportOption,
  stageOption,
  storedRange,
  storedSiteUrlOption,
} from "../options/options.ts";
import { csvLine } from "../output/csv-line.ts";
import { createLineWriter } from "../output/line-writer.ts";
import { commandTerminal } from "../output/terminal.ts";
import { openStage } from "../stage/open-stage.ts";

type RowsOptions = {
  readonly stage: string;
  readonly siteUrl: string;
  readonly from: PacificDate;
  readonly to: PacificDate;
  readonly report?: readonly string[];
  readonly format: "jsonl" | "csv";
  readonly json: boolean;
};

/** `gsc-sync rows`: the visible rows, streamed, by date, then key. */
export function rowsCommand(): Command {
  return new Command("rows")
    .description("print a property's visible rows, by date, then key")
    .addOption(stageOption())
    .addOption(storedSiteUrlOption())
    .requiredOption("--from <date>", "first day, Pacific time", pacificDate("--from"))
    .requiredOption("--to <date>", "last day, included", pacificDate("--to"))
    .addOption(reportOption())
    .addOption(
      new Option("--format <format>", "one row a line").choices(["jsonl", "csv"]).default("jsonl"),
    )
    .addOption(jsonOption())
    .action(async (options: RowsOptions) => {
      const range = storedRange(options);
      const terminal = commandTerminal(options.json);
      const stage = await openStage(options.stage, terminal.notice);
      const write = createLineWriter(process.stdout);
      try {
        const rows = await stage.rows();
        const line = options.format === "csv" ? rowLine : (row: VisibleRow) => JSON.stringify(row);
        if (options.format === "csv") await write.line(csvHeader);
        let count = 0;
        const query = {
          siteUrl: await storedSpelling(rows, options.siteUrl, range),
          ...range,
          ...(options.report === undefined ? {} : { reports: options.report }),
        };
        const stored = options.report ?? (await storedReports(rows, query));
        if (stored.length > 1) {
          terminal.notice(
            `there are rows of ${stored.length} reports (${stored.join(", ")}), which count the same clicks: choose one with --report`,
          );
        }
        for await (const row of rows.streamRows(query)) {
          if (write.closed()) break;
          await write.line(line(row));
          count += 1;
        }
        await write.flush();
        if (options.json) terminal.result("", { rows: count });
      } finally {
        await stage.close();
      }
    });
}

async function storedReports(rows: RowStore, query: UnitQuery): Promise<readonly string[]> {
  const records = await rows.readUnits(query);
  return [...new Set(records.map(({ report }) => report))].sort();
}

const columns = [
  "date",
  "searchType",
  "page",
  "query",
  "country",
  "device",
  "searchAppearance",
  "hour",
  "clicks",
  "impressions",
  "ctr",
  "position",
] as const satisfies readonly (keyof VisibleRow)[];

const csvHeader = columns.join(",");

/** An absent dimension is empty, an empty one is `""`. */
function rowLine(row: VisibleRow): string {
  return csvLine(columns.map((column) => row[column]));
}
