import { cp, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rowsFormat } from "../../shared/rows/dynamo-row-store.ts";
import { schemaVersion } from "../../shared/rows/postgres-schema.ts";

const repository = join(import.meta.dirname, "../..");

/** What the CDK app, the functions and the command line are made of. */
const parts = [
  ...["cli", "dashboards", "infra", "lambdas", "local", "sample-search-console", "shared"],
  ...["cdk.json", "package.json", "package-lock.json", "tsconfig.json"],
];

/** Of the code of {@link copyExpandedSource}. */
export const expanded = { schemaVersion: schemaVersion + 1, rowsFormat: rowsFormat + 1 };

/** The code of a next version into an empty folder: both row stores' schemas have one more expansion. */
export async function copyExpandedSource(folder: string): Promise<void> {
  for (const part of parts)
    await cp(join(repository, part), join(folder, part), { recursive: true });
  await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
  const column = "ALTER TABLE unit ADD COLUMN IF NOT EXISTS added text";
  await change(
    join(folder, "shared/rows/postgres-schema.ts"),
    /(const migrations[^;]*?)\n\];/,
    `$1\n  { version: ${expanded.schemaVersion}, statements: () => ["${column}"] },\n];`,
  );
  await change(
    join(folder, "shared/rows/dynamo-row-store.ts"),
    /rowsFormat = \d+;/,
    `rowsFormat = ${expanded.rowsFormat};`,
  );
}

async function change(path: string, from: RegExp, to: string): Promise<void> {
  const source = await readFile(path, "utf8");
  const changed = source.replace(from, to);
  if (changed === source) throw new Error(`${path} has nothing like ${from}`);
  await writeFile(path, changed);
}
