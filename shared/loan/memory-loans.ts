import type { Loan } from "./loan.ts";
import type { Loans } from "./loans.ts";

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
