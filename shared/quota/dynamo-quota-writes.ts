import type { UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import { expiresAtSeconds, quotaAttributes, quotaItemKey } from "./dynamo-quota-item.ts";
import type { QuotaScope } from "./quota.ts";
import type { DemandNote } from "./quota-store.ts";
import { type Standing, scopeInStanding, standingEndsMs } from "./standing.ts";
import { emptyWindow, type QuotaWindow, subWindowAt } from "./window.ts";

/** The writes of a quota item, without the table's name. Each is one conditional update. */
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
  standingIsGood: "attribute_not_exists(#version)",
  standingIsAsKnown: "#version = :version",
  isShared: "attribute_exists(#sharers)",
  notApproachedLately: "(attribute_not_exists(#approachedAtMs) OR #approachedAtMs <= :dueMs)",
} as const;

/**
 * Counts a claim in the head, if there is room and the head is the clock's sub-window or, for a
 * clock that is behind, a later one. What there is room for depends on the standing: if it is not
 * the one that the caller knows, nothing is counted.
 */
export function incrementHead(
  scope: QuotaScope,
  requests: number,
  known: Standing,
  note: DemandNote | null,
  nowMs: number,
): QuotaWrite {
  const { budget, burst } = scopeInStanding(scope, known, nowMs);
  const standing = asKnown(known);
  return {
    Key: quotaItemKey(scope),
    UpdateExpression: `SET #total = #total + :requests, #headCount = #headCount + :requests, #expiresAt = :expiresAt${note === null ? "" : ", #sharers.#property = :demand"}`,
    ConditionExpression: all(
      clause.headIsNotBehind,
      clause.budgetHasRoom,
      clause.burstHasRoom,
      standing.clause,
      ...(note === null ? [] : [clause.isShared]),
    ),
    ExpressionAttributeNames: {
      ...names("head", "headCount", "total", "version", "expiresAt"),
      ...(note === null ? {} : { ...names("sharers"), "#property": note.id }),
    },
    ExpressionAttributeValues: {
      ...standing.values,
      ...(note === null ? {} : { ":demand": note.demand }),
      ":subWindow": subWindowAt(nowMs),
      ":requests": requests,
      ":budgetRoom": budget - requests,
      ":burstRoom": burst - requests,
      ":expiresAt": expiresAtSeconds(Math.max(nowMs, standingEndsMs(known))),
    },
  };
}

/**
 * Replaces the window that was read by the next one, which holds the claim. Within one head the
 * total only grows, so equal head and total mean that the counts are still as read. The
 * standing is written when it is another one.
 */
export function rollOn(
  scope: QuotaScope,
  read: QuotaWindow,
  next: QuotaWindow,
  nowMs: number,
): QuotaWrite {
  const first = read.head === emptyWindow.head;
  const stands = next.standing === read.standing;
  const standing = asKnown(read.standing);
  return {
    Key: quotaItemKey(scope),
    UpdateExpression: `SET #head = :nextHead, #headCount = :nextHeadCount, #earlier = :nextEarlier, #total = :nextTotal, #sharers = :nextSharers, #expiresAt = :expiresAt${stands ? "" : ", #standing = :standing, #version = :nextVersion"}`,
    ConditionExpression: first
      ? all(clause.neverClaimed, standing.clause)
      : all(clause.headIsAsRead, clause.totalIsAsRead, standing.clause),
    ExpressionAttributeNames: names(
      "head",
      "headCount",
      "earlier",
      "total",
      "sharers",
      "version",
      "expiresAt",
      ...(stands ? [] : (["standing"] as const)),
    ),
    ExpressionAttributeValues: {
      ...standing.values,
      ...(stands ? {} : { ":standing": next.standing, ":nextVersion": next.standing.version }),
      ...(first ? {} : { ":readHead": read.head, ":readTotal": read.total }),
      ":nextHead": next.head,
      ":nextHeadCount": next.headCount,
      ":nextEarlier": next.earlier,
      ":nextTotal": next.total,
      ":nextSharers": next.sharers,
      ":expiresAt": expiresAtSeconds(Math.max(nowMs, standingEndsMs(next.standing))),
    },
  };
}

/**
 * Replaces the standing that was read. A claim may set an earlier expiry only once the standing
 * has ended: claims are conditional on knowing it.
 */
export function setStanding(
  scope: QuotaScope,
  read: Standing,
  next: Standing,
  nowMs: number,
): QuotaWrite {
  const standing = asKnown(read);
  return {
    Key: quotaItemKey(scope),
    UpdateExpression: "SET #standing = :standing, #version = :nextVersion, #expiresAt = :expiresAt",
    ConditionExpression: standing.clause,
    ExpressionAttributeNames: names("standing", "version", "expiresAt"),
    ExpressionAttributeValues: {
      ...standing.values,
      ":standing": next,
      ":nextVersion": next.version,
      ":expiresAt": expiresAtSeconds(Math.max(nowMs, standingEndsMs(next))),
    },
  };
}

/** A property's demand without a claim, where there has been a claim before. */
export function publishDemand(account: QuotaScope, { id, demand }: DemandNote): QuotaWrite {
  return {
    Key: quotaItemKey(account),
    UpdateExpression: "SET #sharers.#property = :demand",
    ConditionExpression: clause.isShared,
    ExpressionAttributeNames: { ...names("sharers"), "#property": id },
    ExpressionAttributeValues: { ":demand": demand },
  };
}

/** Succeeds for one caller in `everyMs`. */
export function markApproached(scope: QuotaScope, everyMs: number, nowMs: number): QuotaWrite {
  return {
    Key: quotaItemKey(scope),
    UpdateExpression: "SET #approachedAtMs = :nowMs",
    ConditionExpression: clause.notApproachedLately,
    ExpressionAttributeNames: names("approachedAtMs"),
    ExpressionAttributeValues: { ":nowMs": nowMs, ":dueMs": nowMs - everyMs },
  };
}

function asKnown({ version }: Standing) {
  return version === 0
    ? { clause: clause.standingIsGood, values: {} }
    : { clause: clause.standingIsAsKnown, values: { ":version": version } };
}

function all(...clauses: readonly string[]): string {
  return clauses.join(" AND ");
}

function names(...attributes: readonly (keyof typeof quotaAttributes)[]): Record<string, string> {
  return Object.fromEntries(attributes.map((name) => [`#${name}`, quotaAttributes[name]]));
}
