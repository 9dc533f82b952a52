import { LedgerError } from "./ledger-error.ts";

/** What the store throws becomes a LedgerError; `what` did not answer. */
export async function guardLedger<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LedgerError) throw error;
    throw new LedgerError("unreachable", `${what} did not answer: ${String(error)}`, error);
  }
}
