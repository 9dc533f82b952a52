import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import { parseJson } from "../../lib/parse-json.ts";
import { isPurged, outdoes, type Purge, type Purged, PurgeSchema, queryOf } from "../purge.ts";
import { RowStoreError } from "../row-store-error.ts";
import { type LakeLayout, siteFolderName } from "./lake-layout.ts";
import { isMissing } from "./parquet-faults.ts";
import { type KeeperFiles, removeIfEmpty, syncFolder } from "./parquet-folder.ts";
import { listUnitFiles, readIfThere } from "./parquet-unit-list.ts";

/**
 * What a lake's keeper does for a purge, while it places no unit of the property: the tombstone is put
 * down for good, then unit after unit is deleted. A unit is one file, so it is whole or gone.
 */
export async function putTombstone(
  layout: LakeLayout,
  purge: Purge,
  fileSystem: KeeperFiles,
): Promise<void> {
  const { open, rename } = fileSystem;
  const known = await readTombstones(layout, purge.siteUrl);
  if (known.some((each) => each.token === purge.token)) return;
  const kept = [...known.filter((each) => !outdoes(purge, each)), purge];
  const file = tombstoneFile(layout, purge.siteUrl);
  const handle = await open(`${file}.new`, "w", 0o600);
  try {
    await handle.writeFile(JSON.stringify(kept));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  await syncFolder(layout.purges, fileSystem);
}

/** Of a property; few, as newer purges outdo older ones. */
export async function readTombstones(
  layout: LakeLayout,
  siteUrl: string,
): Promise<readonly Purge[]> {
  const file = tombstoneFile(layout, siteUrl);
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (isMissing(error)) return "[]";
    throw error;
  });
  const parsed = z.array(PurgeSchema).safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new RowStoreError(
    "refused",
    `${file} holds no list of purges: it is damaged, or a newer gsc-sync wrote it`,
    parsed.error,
  );
}

/** Some units of a purge; far less than a request to the keeper may take. */
const filesAtOnce = 200;

export async function deleteUnits(
  layout: LakeLayout,
  purge: Purge,
  fileSystem: KeeperFiles,
): Promise<Purged & { readonly more: boolean }> {
  const emptied = new Set<string>();
  let [units, rows] = [0, 0];
  for (const { file } of await listUnitFiles(layout, queryOf(purge))) {
    const record = (await readIfThere(file))?.record;
    if (record !== undefined && !isPurged(purge, record)) continue;
    if (units === filesAtOnce) {
      await syncFolders(emptied, fileSystem);
      return { units, rows, more: true };
    }
    await fileSystem.rm(file, { force: true });
    units += record === undefined ? 0 : 1;
    rows += record?.rows ?? 0;
    emptied.add(dirname(file));
  }
  await syncFolders(emptied, fileSystem);
  return { units, rows, more: false };
}

/** Deletes what is empty of a day's, a report's and the property's folder, and makes that last. */
async function syncFolders(days: ReadonlySet<string>, fileSystem: KeeperFiles): Promise<void> {
  let folders = days;
  for (let level = 0; level < 3; level += 1) {
    const above = new Set<string>();
    for (const folder of folders) {
      if (await removeIfEmpty(folder, fileSystem)) above.add(dirname(folder));
      else await syncFolder(folder, fileSystem);
    }
    folders = above;
  }
  for (const folder of folders) await syncFolder(folder, fileSystem);
}

function tombstoneFile({ purges }: LakeLayout, siteUrl: string): string {
  return join(purges, `${siteFolderName(siteUrl)}.json`);
}
