import { type DynamoDBDocumentClient, PutCommand, paginateQuery } from "@aws-sdk/lib-dynamodb";
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
    const query = {
      TableName,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :kind)",
      ExpressionAttributeValues: { ":pk": pk, ":kind": prefix },
      // What was just noted must be found: a claim without it would count in another window.
      ConsistentRead: true,
    };
    const signers: z.infer<typeof SignerSchema>[] = [];
    for await (const { Items = [] } of paginateQuery({ client }, query)) {
      signers.push(...Items.map((item) => SignerSchema.parse(item)));
    }
    return signers;
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
