import { text } from "node:stream/consumers";
import { Command, Option } from "commander";
import { SqlError } from "../../shared/rows/sql-store.ts";
import { jsonOption, siteUrlOption, stageOption } from "../options/options.ts";
import { CommandError, UsageError } from "../output/errors.ts";
import { commandTerminal } from "../output/terminal.ts";
import { openSql } from "../stage/open-readers.ts";
import { type SqlFormat, sqlFormats, writeAnswer } from "./sql/write-answer.ts";

type SqlOptions = {
  readonly stage: string;
  readonly siteUrl?: string;
  readonly format?: SqlFormat;
  readonly json: boolean;
};

/** `gsc-sync sql [QUERY]`: one read-only statement on the store, or a shell for many. */
export function sqlCommand(): Command {
  return new Command("sql")
    .description("ask the rows in SQL, read-only; without a query on a terminal: a shell")
    .argument("[query]", "one statement; without it, standard input is read")
    .addOption(stageOption())
    .addOption(siteUrlOption().makeOptionMandatory(false))
    .addOption(
      new Option("--format <format>", "how rows are printed (default: table)").choices(sqlFormats),
    )
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
search_rows: site_url, report, date, search_type, page, query, country, device,
             search_appearance, hour, clicks, impressions, ctr, position, hour_utc, final
search_days: a property's day and report a row: rows, clicks, impressions, final,
             completed_at, and more
A lake also has a view a report (page_query, …): see docs/sql.md

Example: gsc-sync sql "select query, sum(clicks) as clicks from search_rows group by query order by clicks desc limit 10"`,
    )
    .action(async (argument: string | undefined, options: SqlOptions) => {
      const format = formatOf(options);
      const asksMany = argument === undefined && process.stdin.isTTY;
      const query = asksMany ? "" : (argument ?? (await text(process.stdin))).trim();
      if (query === "" && !asksMany)
        throw new UsageError('say what to ask: gsc-sync sql "select …"');
      const terminal = commandTerminal(format === "json");
      await using store = await openSql(options, terminal.notice);
      const ask = async (statement: string, signal?: AbortSignal) => {
        try {
          await writeAnswer(store, statement, format, terminal, signal);
        } catch (error) {
          throw error instanceof SqlError ? refusal(error) : error;
        }
      };
      if (!asksMany) return ask(query);
      const { runShell } = await import("./sql/shell.ts");
      await runShell(ask);
    });
}

function formatOf({ format, json }: SqlOptions): SqlFormat {
  if (json && format !== undefined && format !== "json") {
    throw new UsageError(`--json and --format ${format} are two formats: choose one`);
  }
  return json ? "json" : (format ?? "table");
}

function refusal(error: SqlError): Error {
  const { code, message } = error;
  switch (code) {
    case "statement": {
      const [first = "", ...details] = message.split("\n");
      return new UsageError(first, details);
    }
    case "read-only":
      return new UsageError(`the store is read-only here: ${message}`);
    case "store":
      return new CommandError(`the store refused: ${message}`, { cause: error });
    default:
      return code satisfies never;
  }
}
