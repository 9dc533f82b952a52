import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { dynamoEntries } from "../../ledger/dynamo-entries.ts";
import { LoanSchema } from "./loan.ts";
import type { Loans } from "./loan-ports.ts";

const key = { pk: "LOAN", sk: "LOAN" } as const;

/** The stage's loan, an item of the ledger table. */
export function dynamoLoans(
  client: DynamoDBDocumentClient,
  { table }: { readonly table: string },
): Loans {
  const entries = dynamoEntries(client, { table, what: "the ledger's loan" });
  return {
    readLoan: () => entries.read(key, LoanSchema),
    changeLoan: (decide) => entries.change(key, LoanSchema, decide),
  };
}
