import { dynamoRegistry } from "../../shared/registry/dynamo-registry.ts";
import { describeRegistry } from "../contracts/registry-contract.ts";
import { openLedgerTable } from "../support/stores/ledger-table.ts";

describeRegistry("DynamoDB", async () => {
  const { documents, table, close } = await openLedgerTable();
  return { client: () => dynamoRegistry(documents, { table }), close };
});
