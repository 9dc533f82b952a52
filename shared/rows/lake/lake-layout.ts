import { hash } from "node:crypto";
import { join } from "node:path";
import type { Unit } from "../../request/unit.ts";

/**
 * Where a lake's files are. A unit's rows and its record are one file, which others may glob:
 *
 *   rows/site=<slug>-<hash>/kind=<report>/day=<date>/unit.parquet
 *   incoming/<id>.part          what a worker has finished and nobody sees yet
 *   purges/site=<slug>-<hash>.json    what older takes can never show again
 *
 * The keys of the path have names that no column has: readers that make columns of them (pandas with
 * pyarrow does) find no two
 * of one name.
 */
export type LakeLayout = {
  readonly folder: string;
  readonly rows: string;
  readonly incoming: string;
  readonly purges: string;
};

export function lakeLayout(folder: string): LakeLayout {
  const below = (name: string) => join(folder, name);
  return { folder, rows: below("rows"), incoming: below("incoming"), purges: below("purges") };
}

export const unitFileName = "unit.parquet";

/**
 * A folder's name for a property. The slug is for people; the hash, of the exact site URL, keeps
 * apart properties that differ in case, on file systems that do not.
 */
export function siteFolderName(siteUrl: string): string {
  const slug = siteUrl
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 60);
  return `site=${slug}-${hash("sha256", siteUrl).slice(0, 16)}`;
}

/** The folder of a unit's file, below `rows`; a report's id is safe in a path. */
export function unitFolderOf({ siteUrl, report, date }: Unit): string {
  return join(siteFolderName(siteUrl), `kind=${report}`, `day=${date}`);
}

/** The value of a path key; undefined for what is not one of ours. */
export function pathValue(name: string, key: "kind" | "day"): string | undefined {
  return name.startsWith(`${key}=`) ? name.slice(key.length + 1) : undefined;
}
