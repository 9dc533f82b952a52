import type { UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import { expiresAtSeconds, quotaAttributes, quotaItemKey } from "./dynamo-quota-item.ts";
import type { QuotaScope } from "./quota.ts";
import { emptyWindow, type QuotaWindow, subWindowAt } from "./window.ts";

/** The three writes of a quota item, without the table's name. Each is one conditional update. */
export type QuotaWrite = Pick<
  UpdateCommandInput,
  | "Key"
  | "UpdateExpression"
  | "ConditionExpression"
  | "ExpressionAttributeNames"
  | "ExpressionAttributeValues"
>;

/**
 * Clauses by name. They compare with sums made here: conditions do no arithmetic. All names are
 * aliased, as `total` is a reserved word.
 */
const clause = {
  headIsNotBehind: "#head >= :subWindow",
  headIsAsRead: "#head = :readHead",
  neverClaimed: "attribute_not_exists(#head)",
  budgetHasRoom: "#total <= :budgetRoom",
  burstHasRoom: "#headCount <= :burstRoom",
  totalIsAsRead: "#total = :readTotal",
  open: "(attribute_not_exists(#closedUntilMs) OR #closedUntilMs <= :nowMs)",
  closureIsLonger: "(attribute_not_exists(#closedUntilMs) OR #closedUntilMs < :untilMs)",
} as const;

/**
 * Counts a claim in the head, if there is room and the head is the clock's sub-window or, for a
 * clock that is behind, a later one.
 */
export function incrementHead(scope: QuotaScope, requests: number, nowMs: number): QuotaWrite {
  return {
    Key: quotaItemKey(scope),
    UpdateExpression:
      "SET #total = #total + :requests, #headCount = #headCount + :requests, #expiresAt = :expiresAt",
    ConditionExpression: all(
      clause.headIsNotBehind,
      clause.budgetHasRoom,
      clause.burstHasRoom,
      clause.open,
    ),
    ExpressionAttributeNames: names("head", "headCount", "total", "closedUntilMs", "expiresAt"),
    ExpressionAttributeValues: {
      ":subWindow": subWindowAt(nowMs),
      ":requests": requests,
      ":budgetRoom": scope.budget - requests,
      ":burstRoom": scope.burst - requests,
      ":nowMs": nowMs,
      ":expiresAt": expiresAtSeconds(nowMs),
    },
  };
}

/**
 * Replaces the window that was read by the next one, which holds the claim. Within one head the
 * total only grows, so head and total together tell whether the counts are still as read.
 */
export function rollOn(
  scope: QuotaScope,
  read: QuotaWindow,
  next: QuotaWindow,
  nowMs: number,
): QuotaWrite {
  const first = read.head === emptyWindow.head;
  return {
    Key: quotaItemKey(scope),
    UpdateExpression:
      "SET #head = :nextHead, #headCount = :nextHeadCount, #earlier = :nextEarlier, #total = :nextTotal, #expiresAt = :expiresAt",
    ConditionExpression: first
      ? all(clause.neverClaimed, clause.open)
      : all(clause.headIsAsRead, clause.totalIsAsRead, clause.open),
    ExpressionAttributeNames: names(
      "head",
      "headCount",
      "earlier",
      "total",
      "closedUntilMs",
      "expiresAt",
    ),
    ExpressionAttributeValues: {
      ...(first ? {} : { ":readHead": read.head, ":readTotal": read.total }),
      ":nextHead": next.head,
      ":nextHeadCount": next.headCount,
      ":nextEarlier": next.earlier,
      ":nextTotal": next.total,
      ":nowMs": nowMs,
      ":expiresAt": expiresAtSeconds(nowMs),
    },
  };
}

/**
 * Closes the scope, if it is not closed for as long already. A claim may then set an earlier
 * expiry only once the closure has ended: claims are conditional on `open`.
 */
export function closeScope(
  scope: QuotaScope,
  untilMs: number,
  reason: string,
  nowMs: number,
): QuotaWrite {
  return {
    Key: quotaItemKey(scope),
    UpdateExpression:
      "SET #closedUntilMs = :untilMs, #closedReason = :reason, #expiresAt = :expiresAt",
    ConditionExpression: clause.closureIsLonger,
    ExpressionAttributeNames: names("closedUntilMs", "closedReason", "expiresAt"),
    ExpressionAttributeValues: {
      ":untilMs": untilMs,
      ":reason": reason,
      ":expiresAt": expiresAtSeconds(Math.max(untilMs, nowMs)),
    },
  };
}

function all(...clauses: readonly string[]): string {
  return clauses.join(" AND ");
}

function names(...attributes: readonly (keyof typeof quotaAttributes)[]): Record<string, string> {
  return Object.fromEntries(attributes.map((name) => [`#${name}`, quotaAttributes[name]]));
}
