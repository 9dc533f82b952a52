import { dynamoLoans } from "../../../shared/operations/loan/dynamo-loans.ts";
import { describeLoans } from "../../contracts/loans-contract.ts";
import { openLedgerTable } from "../../support/stores/ledger-table.ts";

describeLoans("DynamoDB", async () => {
  const { documents, table, close } = await openLedgerTable();
  return { client: () => dynamoLoans(documents, { table }), close };
});
