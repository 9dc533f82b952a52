import type { Purge, Purged } from "../purge.ts";

/**
 * Decides which file is a unit's. There is one for a lake: it compares the take's token with that
 * of the file in place and puts the new one there in one turn, which a file system cannot do by itself.
 */
export type UnitKeeper = {
  /**
   * Puts a finished file in its unit's place: `part` is its name below `incoming`. `superseded`: a
   * newer take's is there already, or a newer purge's tombstone, and this one is deleted. Repeating it answers the same.
   * @throws RowStoreError
   */
  place(part: string): Promise<"flipped" | "superseded">;
  /**
   * Leaves the purge's tombstone, and deletes some of its units. `more`: not all yet. Repeated until
   * there are no more, it deletes all. @throws RowStoreError
   */
  purge(purge: Purge): Promise<Purged & { readonly more: boolean }>;
  /** Deletes finished and half-written files that nobody has placed before an instant (epoch ms). */
  sweep(untilMs: number): Promise<number>;
};

/** The name of a file that is not placed yet; no glob for Parquet files matches it. */
export const partName = /^[0-9a-f-]{36}\.part$/;
