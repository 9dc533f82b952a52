import type { Ledger } from "../../ledger/ledger.ts";
import type { Registry } from "../../registry/registry.ts";
import type { Loan } from "./loan.ts";

/**
 * Where a stage's one loan is written down. A change is one conditional write, decided again after
 * a lost race. Faults of the store are thrown as a LedgerError.
 */
export type Loans = {
  readLoan(): Promise<Loan | undefined>;
  /** The same object: nothing is written; undefined: it is removed. The loan as it then is. */
  changeLoan(decide: (loan: Loan | undefined) => Loan | undefined): Promise<Loan | undefined>;
};

export type LoanPorts = {
  readonly loans: Loans;
  readonly settings: Pick<Ledger, "readSetSettings" | "changeSettings">;
  readonly registry: Pick<Registry, "changeProperty" | "readProperty">;
  readonly nowMs: () => number;
};
