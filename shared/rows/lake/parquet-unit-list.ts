import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { sideBySide } from "../../lib/side-by-side.ts";
import { type PacificDate, parsePacificDate } from "../../request/pacific-date.ts";
import { type LakeLayout, pathValue, siteFolderName, unitFileName } from "./lake-layout.ts";
import { isMissing } from "./parquet-faults.ts";
import { readUnitFile } from "./parquet-unit-file.ts";
import type { StoredUnitRecord } from "./unit-metadata.ts";

export type UnitFile = {
  readonly date: PacificDate;
  readonly report: string;
  readonly file: string;
};

/** Which files: all of them where nothing is named. Dates are inclusive. */
export type UnitFileQuery = {
  readonly siteUrl?: string | undefined;
  readonly from?: PacificDate;
  readonly to?: PacificDate;
  readonly reports?: readonly string[] | undefined;
  /** Some of them, and no more. */
  readonly atMost?: number;
};

/** The files of units by date, then report; of several properties one after the other. */
export async function listUnitFiles(
  { rows }: LakeLayout,
  query: UnitFileQuery,
): Promise<readonly UnitFile[]> {
  const sites = query.siteUrl === undefined ? await namesIn(rows) : [siteFolderName(query.siteUrl)];
  const found: UnitFile[] = [];
  const { atMost = Number.POSITIVE_INFINITY } = query;
  for (const site of sites) {
    if (found.length >= atMost) break;
    for (const each of await filesOfSite(join(rows, site), query)) found.push(each);
  }
  return found.slice(0, atMost);
}

/** Reports that a lake holds anything of. */
export async function listReports({ rows }: LakeLayout): Promise<readonly string[]> {
  const reports = new Set<string>();
  for (const site of await namesIn(rows)) {
    for (const report of await reportsIn(join(rows, site))) reports.add(report);
  }
  return [...reports].sort();
}

/** Files read at once. */
const filesAtOnce = 16;

/** What files say of their units, in their order; one that has gone meanwhile is left out. */
export async function readUnitFiles(
  files: readonly UnitFile[],
): Promise<readonly StoredUnitRecord[]> {
  const read = await sideBySide(files, filesAtOnce, ({ file }) => readIfThere(file));
  return read.filter((record) => record !== undefined);
}

export async function readIfThere(file: string): Promise<StoredUnitRecord | undefined> {
  try {
    return await readUnitFile(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function filesOfSite(site: string, { from, to, reports }: UnitFileQuery) {
  const found: UnitFile[] = [];
  for (const report of new Set(reports ?? (await reportsIn(site)))) {
    const folder = join(site, `kind=${report}`);
    for (const name of await namesIn(folder)) {
      const date = parsePacificDate(pathValue(name, "day") ?? "");
      if (date === undefined || (from && date < from) || (to && date > to)) continue;
      found.push({ date, report, file: join(folder, name, unitFileName) });
    }
  }
  return found.sort((a, b) => compareText(a.date, b.date) || compareText(a.report, b.report));
}

async function reportsIn(site: string): Promise<readonly string[]> {
  return (await namesIn(site)).flatMap((name) => pathValue(name, "kind") ?? []);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
