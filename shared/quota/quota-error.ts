/**
 * A fault of the limiter; nothing may be sent. (Denied claims are no faults: they are returned.)
 *
 * | code          | fate                                                              |
 * |---------------|-------------------------------------------------------------------|
 * | store-failed  | the table cannot be reached or refused: nothing is fetched, retry |
 * | broken-item   | a quota item is not what this version writes: a person must look  |
 * | invalid-claim | a mistake of the caller: no window could ever grant this claim    |
 */
export class QuotaError extends Error {
  readonly code: "store-failed" | "broken-item" | "invalid-claim";

  constructor(message: string, details: { code: QuotaError["code"]; cause?: unknown }) {
    super(message, { cause: details.cause });
    this.name = "QuotaError";
    this.code = details.code;
  }
}
