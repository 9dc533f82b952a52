import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { guardLedger } from "../ledger/guard-ledger.ts";
import type { Registry } from "./registry.ts";

export const pk = "REGISTRY";
const prefix = "SIGNER#";
const SignerSchema = z.object({ accountId: z.string(), signer: z.string() });

/** Who signs for each account: items of the registry of which the newest write counts. */
export function dynamoSigners(
  client: DynamoDBDocumentClient,
  { table: TableName }: { readonly table: string },
): Pick<Registry, "listSigners" | "noteSigner"> {
  const guard = <T>(work: () => Promise<T>) => guardLedger("the registry", work);

  async function list() {
    const items: unknown[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: "pk = :pk AND begins_with(sk, :kind)",
          ExpressionAttributeValues: { ":pk": pk, ":kind": prefix },
          // What was just noted must be found: a claim without it would count in another window.
          ConsistentRead: true,
          ExclusiveStartKey: start,
        }),
      );
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return items.map((item) => SignerSchema.parse(item));
  }

  return {
    listSigners: () => guard(list),
    noteSigner: (signer) =>
      guard(async () => {
        const Item = { pk, sk: `${prefix}${signer.accountId}`, ...signer };
        await client.send(new PutCommand({ TableName, Item }));
      }),
  };
}
