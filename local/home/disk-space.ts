import { statfs } from "node:fs/promises";

/** Below this the embedded servers cannot write a page or a log of theirs. */
const neededBytes = 1024 * 1024;

/** Whether the disk that a folder is on has no room left; false where that cannot be asked. */
export async function isDiskFull(folder: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize < neededBytes;
  } catch {
    return false;
  }
}
