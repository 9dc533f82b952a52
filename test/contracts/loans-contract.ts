import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Loan, newLoan } from "../../shared/operations/loan/loan.ts";
import type { Loans } from "../../shared/operations/loan/loan-ports.ts";

/** A place for one loan that several clients may share. */
export type LoansStore = { client(): Loans; close(): Promise<void> };

const borrower = { loanId: "rollout-1", borrower: "rollout", host: "here", pid: 7 } as const;

/** What every implementation of {@link Loans} holds to. Stores are opened empty. */
export function describeLoans(name: string, openStore: () => Promise<LoansStore>): void {
  describe(`${name}: the loans contract`, () => {
    let store: LoansStore;
    let loans: Loans;

    beforeEach(async () => {
      store = await openStore();
      loans = store.client();
    });
    afterEach(() => store.close());

    test("holds no loan at first, and no change makes one of none", async () => {
      expect(await loans.readLoan()).toBeUndefined();
      expect(await loans.changeLoan((known) => known)).toBeUndefined();
      expect(await loans.readLoan()).toBeUndefined();
    });

    test("gives back what was written, for every client", async () => {
      const loan: Loan = {
        ...newLoan(borrower, 5),
        settings: { lever: { found: null, set: [1, 3] }, inFlight: { found: 10, set: [null] } },
        paused: ["sc-domain:ä.example"],
      };
      expect(await loans.changeLoan(() => loan)).toEqual(loan);
      expect(await store.client().readLoan()).toEqual(loan);
    });

    test("ends a loan, and takes another", async () => {
      await loans.changeLoan(() => newLoan(borrower, 5));
      expect(await loans.changeLoan(() => undefined)).toBeUndefined();
      const next = newLoan({ ...borrower, loanId: "drill-1", borrower: "drill" }, 6);
      expect(await loans.changeLoan((known) => known ?? next)).toEqual(next);
    });

    test("is one borrower's of many who ask at the same time", async () => {
      const clients = [loans, store.client()];
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          clients[index % 2]?.changeLoan(
            (known) => known ?? newLoan({ ...borrower, loanId: `rollout-${index}` }, 5),
          ),
        ),
      );
      expect(new Set(answers.map((loan) => loan?.loanId)).size).toBe(1);
    });
  });
}
