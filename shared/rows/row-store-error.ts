/**
 * Why the row store failed, decided once, in the adapter.
 *
 * | code              | means                                          | fate                     |
 * |-------------------|------------------------------------------------|--------------------------|
 * | unavailable       | not reachable, shutting down, too many clients | the unit is tried again  |
 * | contention        | conflicts outlasted the bounded retries        | the unit is tried again  |
 * | generation-closed | rows for a generation that was never begun, is | this take is over; a new |
 * |                   | visible already, or was swept                  | one starts the unit anew |
 * | rows-missing      | a unit holds other rows than its record counts | fetch it with `--force`  |
 * | schema            | the database is newer, or not ours             | a person decides         |
 * | refused           | anything else: credentials, disk, our own bug  | the unit fails           |
 */
export const rowStoreErrorCodes = [
  "unavailable",
  "contention",
  "generation-closed",
  "rows-missing",
  "schema",
  "refused",
] as const;

export type RowStoreErrorCode = (typeof rowStoreErrorCodes)[number];

export class RowStoreError extends Error {
  readonly code: RowStoreErrorCode;

  constructor(code: RowStoreErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "RowStoreError";
    this.code = code;
  }
}
