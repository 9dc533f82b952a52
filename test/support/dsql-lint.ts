import { spawnSync } from "node:child_process";

/** AWS Labs' linter (PyPI: dsql-lint), on the PATH or where the environment says. */
const program = process.env.GSC_SYNC_DSQL_LINT ?? "dsql-lint";

/** Why it cannot be run here; undefined when it can. */
export function dsqlLintMissing(): string | undefined {
  const { status } = spawnSync(program, ["--version"], { stdio: "ignore" });
  return status === 0 ? undefined : "no dsql-lint on the PATH (pip install dsql-lint)";
}

/** What it says of these statements, each a transaction of its own, and its exit code. */
export function lintForDsql(statements: readonly string[]): { code: number; said: string } {
  const input = statements.map((statement) => `${statement};\n`).join("\n");
  const { status, stdout, stderr } = spawnSync(program, ["-"], { input, encoding: "utf8" });
  return { code: status ?? -1, said: `${stdout}${stderr}` };
}
