import { SqlError } from "../sql-store.ts";

/** What a statement that may run asks for. */
export type AdmittedSql = {
  /** Names of tables that it reads, in small letters. */
  readonly tables: ReadonlySet<string>;
  /** Names that its own WITH clauses make. */
  readonly ownTables: ReadonlySet<string>;
  /** It lists tables, so that it needs all of them. */
  readonly listsTables: boolean;
  /** Every table that it reads is limited to these properties; undefined: to none. */
  readonly sites: ReadonlySet<string> | undefined;
};

/** They make rows of their arguments; all others read files, settings or statements in text. */
const tableFunctions = new Set(["range", "generate_series", "unnest", "json_each", "json_tree"]);

/**
 * The first wall before a lake: one statement, which DuckDB itself can write down as a SELECT
 * (DESCRIBE, SUMMARIZE and SHOW are such), without table functions that reach beyond it. `tree` is
 * what `json_serialize_sql` answered. @throws SqlError
 */
export function admitSql(tree: unknown): AdmittedSql {
  const statements = field(tree, "statements");
  if (field(tree, "error") === true || !Array.isArray(statements)) {
    throw new SqlError(
      "read-only",
      "only SELECT, DESCRIBE, SUMMARIZE and SHOW are answered; of PIVOT and EXPLAIN, write the SELECT yourself",
    );
  }
  if (statements.length === 0) throw new SqlError("statement", "there is no statement");
  if (statements.length > 1) {
    throw new SqlError("statement", `one statement at a time, and here are ${statements.length}`);
  }
  const found = { tables: new Set<string>(), ownTables: new Set<string>(), listsTables: false };
  let sites: Set<string> | undefined = new Set();
  for (const node of nodesOf(statements[0])) {
    for (const name of ownNames(node.cte_map)) found.ownTables.add(name.toLowerCase());
    switch (node.type) {
      case "TABLE_FUNCTION":
        refuseUnlessListed(field(node.function, "function_name"));
        break;
      case "BASE_TABLE":
        found.tables.add(String(node.table_name).toLowerCase());
        break;
      case "SHOW_REF":
        found.listsTables = true;
        break;
      case "SELECT_NODE": {
        if (!readsTables(node.from_table)) break;
        const site = siteOf(node);
        if (site === undefined) sites = undefined;
        else sites?.add(site);
        break;
      }
    }
  }
  return { ...found, sites };
}

function refuseUnlessListed(name: unknown): void {
  if (typeof name === "string" && tableFunctions.has(name.toLowerCase())) return;
  throw new SqlError(
    "read-only",
    `the table function ${String(name)} is not for a lake: its rows are in search_rows, and ${[...tableFunctions].join(", ")} are allowed`,
  );
}

type Node = Readonly<Record<string, unknown>>;

/** Every object of the tree, without recursion: a statement may be nested deeply. */
function* nodesOf(tree: unknown): Generator<Node> {
  const waiting: unknown[] = [tree];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== "object" || next === null) continue;
    if (!Array.isArray(next)) yield next as Node;
    waiting.push(...Object.values(next));
  }
}

function ownNames(cteMap: unknown): readonly string[] {
  const entries = field(cteMap, "map");
  return Array.isArray(entries) ? entries.map((entry) => String(field(entry, "key"))) : [];
}

function readsTables(from: unknown): boolean {
  if (field(from, "type") === "BASE_TABLE") return true;
  return field(from, "type") === "JOIN" || field(from, "type") === "SHOW_REF";
}

/** The property that a SELECT from one table demands; undefined when others may be read too. */
function siteOf({ from_table, where_clause }: Node): string | undefined {
  if (field(from_table, "type") !== "BASE_TABLE") return undefined;
  return conditionsOf(where_clause)
    .map(siteIn)
    .find((site) => site !== undefined);
}

/** All of them must hold. */
function conditionsOf(where: unknown): readonly unknown[] {
  if (field(where, "type") !== "CONJUNCTION_AND") return [where];
  const children = field(where, "children");
  return Array.isArray(children) ? children.flatMap(conditionsOf) : [];
}

function siteIn(condition: unknown): string | undefined {
  if (field(condition, "type") !== "COMPARE_EQUAL") return undefined;
  const [left, right] = [field(condition, "left"), field(condition, "right")];
  return siteEquals(left, right) ?? siteEquals(right, left);
}

function siteEquals(column: unknown, constant: unknown): string | undefined {
  const names = field(column, "column_names");
  const isSite = Array.isArray(names) && String(names.at(-1)).toLowerCase() === "site_url";
  const value = field(field(constant, "value"), "value");
  return isSite && typeof value === "string" ? value : undefined;
}

function field(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined;
}
