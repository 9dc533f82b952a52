import { spawnSync } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";

/** AWS Labs' linter: where `.ci/install-dsql-lint` puts it, or as the environment says. */
const program =
  process.env.GSC_SYNC_DSQL_LINT ??
  join(
    process.env.XDG_CACHE_HOME || join(homedir(), ".cache"),
    "gsc-sync/dsql-lint-0.2.22/bin/dsql-lint",
  );

/** Why it cannot be run here; undefined when it can. */
export function dsqlLintMissing(): string | undefined {
  const { status } = spawnSync(program, ["--version"], { stdio: "ignore" });
  return status === 0 ? undefined : `no ${program} (.ci/install-dsql-lint fetches it)`;
}

/** What it says of these statements, each a transaction of its own, and its exit code. */
export function lintForDsql(statements: readonly string[]): { code: number; said: string } {
  const input = statements.map((statement) => `${statement};\n`).join("\n");
  const { status, stdout, stderr } = spawnSync(program, ["-"], { input, encoding: "utf8" });
  return { code: status ?? -1, said: `${stdout}${stderr}` };
}
