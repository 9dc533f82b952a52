import { text } from "node:stream/consumers";
import { Command } from "commander";
import { environmentNames } from "../../shared/config/names.ts";
import { SqlError, type SqlStore } from "../../shared/rows/sql-store.ts";
import { jsonOption, localStage, stageOption } from "../options/options.ts";
import { CommandError, UsageError } from "../output/errors.ts";
import { counted } from "../output/views/format.ts";
import { table } from "../output/views/table.ts";
import { withStage } from "../stage/with-stage.ts";

/** `gsc-sync sql [QUERY]`: one read-only statement on the store; without one, from stdin. */
export function sqlCommand(): Command {
  return new Command("sql")
    .description("ask the store in SQL, read-only; the view search_rows has the visible rows")
    .argument("[query]", "one statement; without it, standard input is read")
    .addOption(stageOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
search_rows: site_url, report, date, search_type, page, query, country, device,
             search_appearance, hour, clicks, impressions, ctr, position

Example: gsc-sync sql "select query, sum(clicks) as clicks from search_rows group by query order by clicks desc limit 10"`,
    )
    .action(async (argument: string | undefined, options: { stage: string; json: boolean }) => {
      const query = (argument ?? (process.stdin.isTTY ? "" : await text(process.stdin))).trim();
      if (query === "") throw new UsageError('say what to ask: gsc-sync sql "select …"');
      const home = options.stage === localStage;
      if (home && process.env[environmentNames.rowStore] === "dynamodb") throw noSql();
      await withStage(options, async (stage, terminal) => {
        const store = await stage.sql();
        if (store === null) throw noSql();
        const { columns, rows } = await ask(store, query);
        if (options.json) {
          const objects = rows.map((row) =>
            Object.fromEntries(columns.map((column, index) => [column, row[index]])),
          );
          terminal.result("", { columns, rows: objects });
          return;
        }
        terminal.result(table(columns, rows.slice(0, mostShown), terminal), null);
        const more = rows.length - mostShown;
        if (more > 0) {
          terminal.notice(`${counted(more, "more row")}: add LIMIT, or --json to get all of them`);
        }
      });
    });
}

/** Nobody reads more of a table, and its columns are as wide as the widest cell. */
const mostShown = 1_000;

function noSql(): UsageError {
  return new UsageError(
    "sql needs the Aurora store, and the rows here are in DynamoDB: see gsc-sync rows",
  );
}

async function ask(store: SqlStore, query: string) {
  try {
    const answer = await store.ask(query);
    const rows: (readonly unknown[])[] = [];
    for await (const row of answer.rows) rows.push(row);
    return { columns: answer.columns.map(({ name }) => name), rows };
  } catch (error) {
    throw error instanceof SqlError ? refusal(error) : error;
  }
}

function refusal(error: SqlError): Error {
  const { code, message } = error;
  switch (code) {
    case "statement":
      return new UsageError(message);
    case "read-only":
      return new UsageError(`the store is read-only here: ${message}`);
    case "store":
      return new CommandError(`the store refused: ${message}`, { cause: error });
    default:
      return code satisfies never;
  }
}
