import { RowStoreError } from "../row-store-error.ts";

/**
 * Runs work on a lake's files. What a file system refuses (no space, no permission, no handles, a
 * disk that is gone) may be mended while a run waits: `unavailable`.
 */
export async function guardFiles<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    throw new RowStoreError("unavailable", `the lake cannot be used: ${error.message}`, error);
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
