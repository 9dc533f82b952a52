import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homeFolder, openHome } from "../../local/home/home.ts";
import { homeEnvironmentFault, homeRowStore } from "../../shared/config/environment.ts";
import { lakeLayout } from "../../shared/rows/lake/lake-layout.ts";
import type { SqlStore } from "../../shared/rows/sql-store.ts";
import { localStage } from "../options/options.ts";
import { UsageError } from "../output/errors.ts";
import { openStage } from "./open-stage.ts";
import type { Environment } from "./stage.ts";

/** SQL on a stage's rows. A lake is read as it is: no server is started, and none is waited for. */
export async function openSql(
  options: { readonly stage: string; readonly siteUrl?: string | undefined },
  onNotice: (notice: string) => void,
  environment: Environment = process.env,
): Promise<SqlStore & AsyncDisposable> {
  if (options.stage === localStage) {
    const folder = await readyLake(onNotice, environment);
    if (folder !== undefined) {
      const { duckdbSqlStore } = await import("../../shared/rows/lake/duckdb-sql-store.ts");
      const store = duckdbSqlStore(folder, options.siteUrl);
      return { ...store, [Symbol.asyncDispose]: async () => {} };
    }
  }
  if (options.siteUrl !== undefined) {
    throw new UsageError("--site-url is for a lake: here, write WHERE site_url = '…'");
  }
  const stage = await openStage(options.stage, onNotice, environment);
  const store = await stage.sql().catch(() => null);
  if (store !== null) return { ...store, [Symbol.asyncDispose]: () => stage.close() };
  await stage.close();
  throw noSql();
}

/** The folder of a home's lake, there and up to date; undefined: the rows are elsewhere. */
async function readyLake(
  onNotice: (notice: string) => void,
  environment: Environment,
): Promise<string | undefined> {
  const fault = homeEnvironmentFault(environment);
  if (fault !== undefined) throw new UsageError(fault);
  const kind = homeRowStore(environment);
  if (kind === "dynamodb") throw noSql();
  if (kind !== "lake") return undefined;
  const home = await openHome(homeFolder(environment, process.cwd()));
  if (existsSync(home.formerPostgres)) {
    // Its owner moves the rows into the lake.
    const stage = await openStage(localStage, onNotice, environment);
    await stage.close();
  }
  await mkdir(lakeLayout(home.folders.lake).rows, { recursive: true, mode: 0o700 });
  return home.folders.lake;
}

function noSql(): UsageError {
  return new UsageError(
    "sql needs a lake or a Postgres, and the rows here are in DynamoDB: see gsc-sync rows",
  );
}
