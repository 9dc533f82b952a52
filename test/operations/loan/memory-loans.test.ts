import { describeLoans } from "../../contracts/loans-contract.ts";
import { memoryLoans } from "../../support/stores/memory-loans.ts";

describeLoans("memory", async () => {
  const loans = memoryLoans();
  return { client: () => loans, close: async () => {} };
});
