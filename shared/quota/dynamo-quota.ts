import { setTimeout as pause } from "node:timers/promises";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { parseQuotaItem, quotaItemKey } from "./dynamo-quota-item.ts";
import { closeScope, incrementHead, type QuotaWrite, rollOn } from "./dynamo-quota-writes.ts";
import type { Quota, QuotaDenial, QuotaGrant, QuotaScope } from "./quota.ts";
import { QuotaError } from "./quota-error.ts";
import {
  decideClaim,
  grantValidityMs,
  type QuotaWindow,
  requireGrantable,
  scopeUsage,
  subWindowAt,
  subWindowMs,
} from "./window.ts";

export type DynamoQuotaPorts = {
  readonly documents: DynamoDBDocumentClient;
  readonly tableName: string;
  /** Epoch ms; within `clockDifferenceMs` of every other worker's. */
  readonly now: () => number;
  /** In [0, 1): spreads claimers that met at one item. */
  readonly random: () => number;
};

/**
 * The limiter as workers share it: one item a scope. A claim counts itself in the head without
 * reading; only when that is refused is the item read, and rolled on or the claim denied.
 *
 * Scopes are claimed one after the other. What earlier scopes granted stays counted when a later
 * one denies, and an increment that the SDK sent twice counts twice: both are safe, as less is
 * then sent than is counted. Any fault of the table throws QuotaError, and nothing may be sent.
 */
export function createDynamoQuota(ports: DynamoQuotaPorts): Quota {
  return {
    async claim(scopes, requests) {
      // All are judged before the first is counted: a claim that cannot be granted costs nothing.
      for (const scope of scopes) requireGrantable(scope, requests);
      let validUntilMs = ports.now() + grantValidityMs;
      for (const scope of scopes) {
        const decision = await claimScope(ports, scope, requests);
        if (decision.kind === "denied") return decision;
        validUntilMs = Math.min(validUntilMs, decision.validUntilMs);
      }
      return { kind: "granted", validUntilMs };
    },
    async close(scope, untilMs, reason) {
      await write(ports, closeScope(scope, untilMs, reason, ports.now()));
    },
    async usage(scopes) {
      return Promise.all(
        scopes.map(async (scope) => scopeUsage(await read(ports, scope), scope, ports.now())),
      );
    },
  };
}

/**
 * Each lost round means that another claimer has moved the window, which happens once a second
 * and scope for rolling on, and else only until the budget or burst is used up.
 */
const mostRounds = 8;

/**
 * The clock is read before the write is sent: the window covers a grant's validity counted from
 * there, however long the write takes.
 */
async function claimScope(
  ports: DynamoQuotaPorts,
  scope: QuotaScope,
  requests: number,
): Promise<QuotaGrant | QuotaDenial> {
  for (let round = 0; round < mostRounds; round += 1) {
    // The first loser goes on at once: what it needs to know stands in the item now.
    if (round > 1) await pause(ports.random() * 2 ** round);

    const sentAtMs = ports.now();
    if (await write(ports, incrementHead(scope, requests, sentAtMs))) {
      return { kind: "granted", validUntilMs: sentAtMs + grantValidityMs };
    }

    const window = await read(ports, scope);
    const nowMs = ports.now();
    const decision = decideClaim(window, scope, requests, nowMs);
    if (decision.kind === "denied") return decision;
    // Somebody else has rolled on: the next round's increment finds its head.
    if (decision.next.head === window.head) continue;
    if (await write(ports, rollOn(scope, window, decision.next, nowMs))) {
      return { kind: "granted", validUntilMs: decision.validUntilMs };
    }
  }
  return crowdedOut(scope, ports.now());
}

/** Too many met at the item; for the claimer it is as if the second's burst were used up. */
function crowdedOut(scope: QuotaScope, nowMs: number): QuotaDenial {
  return {
    kind: "denied",
    scope: scope.kind,
    cause: "burst",
    retryAtMs: (subWindowAt(nowMs) + 1) * subWindowMs,
    reason: "too many claims at once",
  };
}

/** False when the condition failed. */
async function write(ports: DynamoQuotaPorts, input: QuotaWrite): Promise<boolean> {
  try {
    await ports.documents.send(new UpdateCommand({ TableName: ports.tableName, ...input }));
    return true;
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) return false;
    throw storeFailed(ports, cause);
  }
}

async function read(ports: DynamoQuotaPorts, scope: QuotaScope): Promise<QuotaWindow> {
  const { Item } = await ports.documents
    .send(
      new GetCommand({
        TableName: ports.tableName,
        Key: quotaItemKey(scope),
        ConsistentRead: true,
      }),
    )
    .catch((cause: unknown) => {
      throw storeFailed(ports, cause);
    });
  return parseQuotaItem(Item);
}

function storeFailed(ports: DynamoQuotaPorts, cause: unknown): QuotaError {
  const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new QuotaError(
    `quota table ${ports.tableName} cannot be used, so nothing is fetched (${why})`,
    { code: "store-failed", cause },
  );
}
