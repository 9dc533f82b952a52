import { existsSync } from "node:fs";
import { Command, Option } from "commander";
import type { PacificDate } from "../../shared/request/pacific-date.ts";
import { storedSpelling } from "../checks/stored-spelling.ts";
import {
  jsonOption,
  pacificDate,
  reportOption,
  siteUrl,
  stageOption,
  storedRange,
} from "../options/options.ts";
import { UsageError } from "../output/errors.ts";
import { commandTerminal } from "../output/terminal.ts";
import { counted } from "../output/views/format.ts";
import { openRowReader } from "../stage/open-readers.ts";
import { type ExportFormat, exportFormats, exportUnits } from "./export/export-units.ts";

type ExportOptions = {
  readonly stage: string;
  readonly siteUrl?: readonly string[];
  readonly from: PacificDate;
  readonly to: PacificDate;
  readonly report?: readonly string[];
  readonly format: ExportFormat;
  readonly output: string;
  readonly excel: boolean;
  readonly force: boolean;
  readonly json: boolean;
};

/** `gsc-sync export`: whole units as one file, with the columns of `search_rows`. */
export function exportCommand(): Command {
  return new Command("export")
    .description("write visible rows into a file, with the columns of search_rows")
    .argument("[property...]", "the properties, instead of --site-url")
    .addOption(stageOption())
    .addOption(
      new Option(
        "--site-url <property>",
        "a property; may be given several times: sc-domain:example.com or https://example.com/",
      ).argParser((text: string, earlier: readonly string[] | undefined) => [
        ...(earlier ?? []),
        text,
      ]),
    )
    .requiredOption("--from <date>", "first day, Pacific time", pacificDate("--from"))
    .requiredOption("--to <date>", "last day, included", pacificDate("--to"))
    .addOption(reportOption())
    .addOption(
      new Option("--format <format>", "of the file").choices(exportFormats).makeOptionMandatory(),
    )
    .requiredOption("--output <path>", "the file to write")
    .option("--excel", "CSV as spreadsheets read it: with a BOM, and no cell is a formula", false)
    .option("--force", "overwrite the file if it exists", false)
    .addOption(jsonOption())
    .action(async (named: readonly string[], options: ExportOptions) => {
      const range = storedRange(options);
      const properties = [...named, ...(options.siteUrl ?? [])];
      if (properties.length === 0) throw new UsageError("say which property: --site-url S");
      for (const property of properties) siteUrl(property);
      if (options.excel && options.format !== "csv") {
        throw new UsageError(`--excel is for --format csv, not for ${options.format}`);
      }
      if (existsSync(options.output) && !options.force) {
        throw new UsageError(`${options.output} exists already: add --force to overwrite it`);
      }
      const terminal = commandTerminal(options.json);
      await using rows = await openRowReader(options, terminal.notice);
      const queries = [];
      for (const property of new Set(properties)) {
        const spelling = await storedSpelling(rows, property, range);
        queries.push({
          siteUrl: spelling,
          ...range,
          ...(options.report === undefined ? {} : { reports: options.report }),
        });
      }
      const written = await exportUnits(rows, queries, options);
      const { output, format } = options;
      terminal.result(
        `${counted(written.rows, "row")} of ${counted(written.units, "unit")} in ${output}`,
        { output, format, ...written },
      );
    });
}
