import type { Loan } from "../../../shared/operations/loan/loan.ts";
import type { Loans } from "../../../shared/operations/loan/loan-ports.ts";

/** For tests. */
export function memoryLoans(): Loans {
  let loan: Loan | undefined;
  return {
    readLoan: async () => loan,
    async changeLoan(decide) {
      loan = decide(loan);
      return loan;
    },
  };
}
