import { memoryLoans } from "../../shared/loan/memory-loans.ts";
import { describeLoans } from "../contracts/loans-contract.ts";

describeLoans("memory", async () => {
  const loans = memoryLoans();
  return { client: () => loans, close: async () => {} };
});
