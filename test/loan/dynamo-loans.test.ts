import { dynamoLoans } from "../../shared/loan/dynamo-loans.ts";
import { describeLoans } from "../contracts/loans-contract.ts";
import { openLedgerTable } from "../ledger/ledger-table.ts";

describeLoans("DynamoDB", async () => {
  const { documents, table, close } = await openLedgerTable();
  return { client: () => dynamoLoans(documents, { table }), close };
});
