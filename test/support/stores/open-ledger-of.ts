import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { onTestFinished } from "vitest";
import { dynamoLedger } from "../../../shared/ledger/dynamo-ledger.ts";
import type { Ledger } from "../../../shared/ledger/ledger.ts";
import type { TestHome } from "../homes/cli.ts";
import { homeClientOptions } from "../homes/home-client.ts";

/** The ledger of a home whose servers are kept; for what no command prints. */
export async function openLedgerOf(home: TestHome): Promise<Ledger> {
  const { json } = await home.run("resources", "--json");
  const client = new DynamoDBClient(homeClientOptions(json.dynamoEndpoint, json));
  onTestFinished(() => client.destroy());
  return dynamoLedger(DynamoDBDocumentClient.from(client), {
    table: json.ledgerTable,
    defaults: { lever: 5 },
  });
}
