import { type DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { tableKeys } from "../config/names.ts";
import { parseQuotaItem } from "./dynamo-quota-item.ts";
import type { ScopeKind } from "./quota.ts";
import type { QuotaWindow } from "./window.ts";

export type KnownScope = {
  readonly kind: ScopeKind;
  readonly id: string;
  readonly window: QuotaWindow;
};

/**
 * Every scope that was claimed in or closed lately. Read one by one, the table being as small as
 * the properties are few.
 */
export async function listQuotaScopes(
  documents: DynamoDBDocumentClient,
  tableName: string,
  nowMs: number,
): Promise<readonly KnownScope[]> {
  const scopes: KnownScope[] = [];
  const pages = paginateScan({ client: documents }, { TableName: tableName, ConsistentRead: true });
  for await (const { Items = [] } of pages) {
    for (const item of Items) {
      const { pk, expiresAt } = ItemSchema.parse(item);
      // An embedded server deletes nothing by itself, DynamoDB only after a while.
      if (expiresAt * 1_000 > nowMs) scopes.push({ ...pk, window: parseQuotaItem(item) });
    }
  }
  return scopes;
}

const ItemSchema = z.object({
  [tableKeys.quota.partitionKey]: z
    .string()
    .transform((key, context): Pick<KnownScope, "kind" | "id"> => {
      const [, kind, id] = /^(property|account|project)#(.*)$/s.exec(key) ?? [];
      if (kind === "property" || kind === "account" || kind === "project") {
        return { kind, id: id ?? "" };
      }
      context.addIssue({ code: "custom", message: `${key} is no scope` });
      return z.NEVER;
    }),
  [tableKeys.quota.timeToLive]: z.number().default(0),
});
