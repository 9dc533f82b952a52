import type * as files from "node:fs/promises";

/** What a keeper does with files; a test lets it fail, or die, at any of them. */
export type KeeperFiles = Pick<
  typeof files,
  "mkdir" | "open" | "readdir" | "rename" | "rm" | "rmdir" | "stat"
>;

/** Makes the entries of a folder last. */
export async function syncFolder(
  folder: string,
  { open }: Pick<KeeperFiles, "open">,
): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Deletes a folder that holds nothing; whether it is gone. */
export async function removeIfEmpty(
  folder: string,
  { rmdir }: Pick<KeeperFiles, "rmdir">,
): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    if (error.code === "ENOENT") return true;
    if (error.code === "ENOTEMPTY" || error.code === "EEXIST") return false;
    throw error;
  }
}
