import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const folder = join(
  process.env.XDG_CACHE_HOME || join(homedir(), ".cache"),
  "gsc-sync/recipe-tools",
);

/** Why the recipes cannot be run here; undefined when they can. */
export function recipeToolsMissing(): string | undefined {
  const wanted = readFileSync(join(import.meta.dirname, "requirements.txt"), "utf8");
  return wanted === installedRequirements()
    ? undefined
    : `${folder} has not what test/recipes/requirements.txt names: run .ci/install-recipe-tools`;
}

function installedRequirements(): string | undefined {
  try {
    return readFileSync(join(folder, "requirements.txt"), "utf8");
  } catch {
    return undefined;
  }
}

/** Runs a tool of the virtual environment (`python`, `dbt`) and answers what it printed. */
export async function runTool(
  tool: string,
  args: readonly string[],
  workingFolder: string,
): Promise<string> {
  const env = {
    ...process.env,
    DBT_SEND_ANONYMOUS_USAGE_STATS: "false",
    PYTHONDONTWRITEBYTECODE: "1",
    TZ: "UTC",
  };
  const options = { cwd: workingFolder, env, maxBuffer: 2 ** 26 };
  try {
    return (await promisify(execFile)(join(folder, "bin", tool), args, options)).stdout;
  } catch (error) {
    // dbt says on stdout what went wrong.
    const said = error instanceof Error && "stdout" in error ? String(error.stdout) : "";
    throw new Error(`${tool} failed: ${said}`, { cause: error });
  }
}
