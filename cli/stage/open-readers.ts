import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homeFolder, openHome } from "../../local/home/home.ts";
import { homeEnvironmentFault, homeRowStore } from "../../shared/config/environment.ts";
import { lakeLayout } from "../../shared/rows/lake/lake-layout.ts";
import type { RowStore } from "../../shared/rows/row-store.ts";
import type { SqlStore } from "../../shared/rows/sql-store.ts";
import { localStage } from "../options/options.ts";
import { UsageError } from "../output/errors.ts";
import { openStage } from "./open-stage.ts";
import type { Environment } from "./stage.ts";

type Where = { readonly stage: string };
type Say = (notice: string) => void;

/** What reads rows of a stage. A lake is read as it is: no server is started, and none is waited for. */
export type RowReader = Pick<RowStore, "readUnits" | "streamRows"> & AsyncDisposable;

export async function openRowReader(
  { stage: name }: Where,
  onNotice: Say,
  environment: Environment = process.env,
): Promise<RowReader> {
  const folder = await readyLake(name, onNotice, environment);
  if (folder !== undefined) {
    const { readLake } = await import("../../shared/rows/lake/parquet-reader.ts");
    return { ...readLake(folder), [Symbol.asyncDispose]: async () => {} };
  }
  const stage = await openStage(name, onNotice, environment);
  try {
    return { ...(await stage.rows()), [Symbol.asyncDispose]: () => stage.close() };
  } catch (error) {
    await stage.close();
    throw error;
  }
}

/** SQL on a stage's rows. @throws UsageError where the rows are in DynamoDB */
export async function openSql(
  { stage: name, siteUrl }: Where & { readonly siteUrl?: string | undefined },
  onNotice: Say,
  environment: Environment = process.env,
): Promise<SqlStore & AsyncDisposable> {
  if (name === localStage && homeRowStoreOf(environment) === "dynamodb") throw noSql();
  const folder = await readyLake(name, onNotice, environment);
  if (folder !== undefined) {
    const { duckdbSqlStore } = await import("../../shared/rows/lake/duckdb-sql-store.ts");
    return { ...duckdbSqlStore(folder, siteUrl), [Symbol.asyncDispose]: async () => {} };
  }
  if (siteUrl !== undefined) {
    throw new UsageError("--site-url is for a lake: here, write WHERE site_url = '…'");
  }
  const stage = await openStage(name, onNotice, environment);
  try {
    const store = await stage.sql();
    if (store === null) throw noSql();
    return { ...store, [Symbol.asyncDispose]: () => stage.close() };
  } catch (error) {
    await stage.close();
    throw error;
  }
}

/** The folder of a home's lake, there and up to date; undefined: the rows are elsewhere. */
async function readyLake(
  stage: string,
  onNotice: Say,
  environment: Environment,
): Promise<string | undefined> {
  if (stage !== localStage || homeRowStoreOf(environment) !== "lake") return undefined;
  const home = await openHome(homeFolder(environment, process.cwd()));
  if (existsSync(home.formerPostgres)) {
    // Its owner moves the rows into the lake.
    const opened = await openStage(localStage, onNotice, environment);
    await opened.close();
  }
  await mkdir(lakeLayout(home.folders.lake).rows, { recursive: true, mode: 0o700 });
  return home.folders.lake;
}

function homeRowStoreOf(environment: Environment) {
  const fault = homeEnvironmentFault(environment);
  if (fault !== undefined) throw new UsageError(fault);
  return homeRowStore(environment);
}

function noSql(): UsageError {
  return new UsageError(
    "sql needs a lake or a Postgres, and the rows here are in DynamoDB: see gsc-sync rows",
  );
}
