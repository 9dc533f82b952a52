/** The ledger could not be read or written; `cause` is the store's error. */
export class LedgerError extends Error {
  readonly code: "unreachable" | "contended" | "corrupt";

  constructor(code: LedgerError["code"], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "LedgerError";
    this.code = code;
  }
}
