import { text } from "node:stream/consumers";
import { Command } from "commander";
import pg from "pg";
import { environmentNames } from "../../shared/config/names.ts";
import { jsonOption, localStage, stageOption } from "../options/options.ts";
import { commandTerminal } from "../output/command-terminal.ts";
import { CommandError, UsageError } from "../output/errors.ts";
import { counted } from "../output/views/format.ts";
import { table } from "../output/views/table.ts";
import { openStage } from "../stage/open-stage.ts";

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
      const terminal = commandTerminal(options.json);
      const stage = await openStage(options.stage, terminal.notice);
      try {
        const access = await stage.sqlAccess();
        if (access === null) throw noSql();
        const { columns, rows } = await ask(access, query);
        if (options.json) {
          const objects = rows.map((row) =>
            Object.fromEntries(columns.map((column, index) => [column, row[index]])),
          );
          terminal.result("", { columns, rows: objects });
        } else {
          terminal.result(table(columns, rows.slice(0, mostShown), terminal), null);
          const more = rows.length - mostShown;
          if (more > 0) {
            terminal.notice(`${counted(more, "more row")}: say LIMIT, or --json for all of them`);
          }
        }
      } finally {
        await stage.close();
      }
    });
}

/** Nobody reads more of a table, and its columns are as wide as the widest cell. */
const mostShown = 1_000;

function noSql(): UsageError {
  return new UsageError(
    "sql needs the Aurora store, and the rows here are in DynamoDB: see gsc-sync rows",
  );
}

type Answer = { readonly columns: readonly string[]; readonly rows: readonly unknown[][] };

async function ask(access: pg.ClientConfig, query: string): Promise<Answer> {
  const client = new pg.Client({ ...access, application_name: "gsc-sync sql" });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("BEGIN READ ONLY");
    // The extended protocol takes one statement and no more: nothing can end the read-only block
    // and go on.
    const config = { text: query, rowMode: "array" as const, queryMode: "extended", types };
    const answer = await client.query<unknown[]>(config);
    return { columns: answer.fields.map((field) => field.name), rows: answer.rows };
  } catch (error) {
    throw refusal(error);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Numbers as numbers where they fit, days as they are written; the rest as pg reads it. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: "text" | "binary") => {
    if (oid === pg.types.builtins.DATE) return (value: string) => value;
    if (oid === pg.types.builtins.INT8 || oid === pg.types.builtins.NUMERIC) return numberOrText;
    return pg.types.getTypeParser(oid, format);
  },
};

function numberOrText(value: string): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) || !/^-?\d+$/.test(value) ? number : value;
}

/** Class 42 is what was typed; 25006 a statement that would write. */
function refusal(error: unknown): Error {
  const code = error instanceof pg.DatabaseError ? (error.code ?? "") : "";
  const message = error instanceof Error ? error.message : String(error);
  if (code === "25006") return new UsageError(`the store is read-only here: ${message}`);
  if (code.startsWith("42") || code.startsWith("22")) return new UsageError(message);
  return new CommandError(`the store refused: ${message}`, { cause: error });
}
