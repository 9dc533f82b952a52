import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { onTestFinished } from "vitest";
import { localClientOptions } from "../../../local/aws-servers/local-names.ts";
import { dynamoLedger } from "../../../shared/ledger/dynamo-ledger.ts";
import type { Ledger } from "../../../shared/ledger/ledger.ts";
import type { TestHome } from "../homes/cli.ts";

/** The ledger of a home whose servers are kept; for what no command prints. */
export async function openLedgerOf(home: TestHome): Promise<Ledger> {
  const { json } = await home.run("resources", "--json");
  const client = new DynamoDBClient(localClientOptions(json.dynamoEndpoint));
  onTestFinished(() => client.destroy());
  return dynamoLedger(DynamoDBDocumentClient.from(client), {
    table: json.ledgerTable,
    defaults: { lever: 5 },
  });
}
