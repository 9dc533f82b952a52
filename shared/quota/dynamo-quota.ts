import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../lib/clock.ts";
import { approachEveryMs, createQuota } from "./claim-quota.ts";
import { clockSteppedBack } from "./clock-stepped-back.ts";
import { parseQuotaItem, quotaItemKey } from "./dynamo-quota-item.ts";
import {
  incrementHead,
  markApproached,
  publishDemand,
  type QuotaWrite,
  rollOn,
  setStanding,
} from "./dynamo-quota-writes.ts";
import { type Quota, type QuotaDenial, QuotaError, type QuotaScope } from "./quota.ts";
import type { DemandNote, QuotaStore, StoreAnswer } from "./quota-store.ts";
import { scopeKey } from "./scopes.ts";
import { closureAt, goodStanding, type Standing } from "./standing.ts";
import {
  decideClaim,
  grantValidityMs,
  type QuotaWindow,
  subWindowAt,
  subWindowMs,
} from "./window.ts";

export type DynamoQuotaPorts = {
  readonly documents: DynamoDBDocumentClient;
  readonly tableName: string;
  /**
   * Within `clockDifferenceMs` of every other worker's. Its randomness spreads claimers that met at
   * one item.
   */
  readonly clock: Clock;
};

/**
 * The limiter as workers share it: one item a scope. A claim counts itself in the head without
 * reading; only when that is refused is the item read, and rolled on or the claim denied.
 *
 * An increment that the SDK sent twice counts twice, which is safe, as less is then sent than is
 * counted. Any fault of the table throws QuotaError, and nothing may be sent.
 */
export function dynamoQuota(ports: DynamoQuotaPorts): Quota {
  return createQuota(dynamoQuotaStore(ports), ports.clock);
}

function dynamoQuotaStore(ports: DynamoQuotaPorts): QuotaStore {
  /** What this worker knows of the scopes' standing: a hint, as each claim is conditional on it. */
  const standings = new Map<string, Standing>();
  const moved = clockSteppedBack(ports.clock);
  /** The window as it is stored, moved to a clock that has stepped back. */
  const readMoved = async (scope: QuotaScope): Promise<QuotaWindow> => {
    const window = await read(ports, scope);
    const next = moved(scope, window);
    if (next === null) return window;
    return (await update(ports, rollOn(scope, window, next, ports.clock.nowMs()))) ?? window;
  };
  const known = (scope: QuotaScope) => standings.get(scopeKey(scope)) ?? goodStanding;
  const learn = (scope: QuotaScope, window: QuotaWindow) => {
    standings.set(scopeKey(scope), window.standing);
    return window;
  };
  return {
    async claim(scope, requests, note) {
      const answer = await claimScope(ports, readMoved, { scope, requests, note }, known(scope));
      if (answer.window !== null) learn(scope, answer.window);
      return answer;
    },
    async changeStanding(scope, change) {
      for (let round = 0; round < mostRounds * 4; round += 1) {
        if (round > 1) await ports.clock.sleep(ports.clock.random() * 2 ** Math.min(round, 6));
        const window = await read(ports, scope);
        const nowMs = ports.clock.nowMs();
        const next = change(window, nowMs);
        if (next === null) return learn(scope, window);
        const write = setStanding(scope, window.standing, next.standing, nowMs);
        if (await update(ports, write)) return learn(scope, next);
      }
      throw new QuotaError(`the standing of ${scopeKey(scope)} is changed by too many at once`, {
        code: "store-failed",
      });
    },
    async publishDemand(account, note) {
      await update(ports, publishDemand(account, note));
    },
    async markApproached(scope) {
      return (
        (await update(ports, markApproached(scope, approachEveryMs, ports.clock.nowMs()))) !== null
      );
    },
    read: async (scope) => learn(scope, await readMoved(scope)),
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
  readMoved: (scope: QuotaScope) => Promise<QuotaWindow>,
  claim: {
    readonly scope: QuotaScope;
    readonly requests: number;
    readonly note: DemandNote | null;
  },
  hint: Standing,
): Promise<StoreAnswer> {
  const { scope, requests, note } = claim;
  let standing = hint;
  for (let round = 0; round < mostRounds; round += 1) {
    // The first loser goes on at once: what it needs to know stands in the item now.
    if (round > 1) await ports.clock.sleep(ports.clock.random() * 2 ** round);

    const sentAtMs = ports.clock.nowMs();
    if (closureAt(standing, sentAtMs) === null) {
      const write = incrementHead(scope, requests, standing, note, sentAtMs);
      const window = await update(ports, write);
      if (window !== null) {
        return { kind: "granted", validUntilMs: sentAtMs + grantValidityMs, window };
      }
    }

    const window = await readMoved(scope);
    standing = window.standing;
    const nowMs = ports.clock.nowMs();
    const decision = decideClaim(window, scope, requests, nowMs);
    if (decision.kind === "denied") return { ...decision, window };
    // Somebody else has rolled on: the next round's increment finds its head.
    if (decision.next.head === window.head) continue;
    const { next, validUntilMs } = decision;
    const sharers = note === null ? next.sharers : { ...next.sharers, [note.id]: note.demand };
    const rolled = await update(ports, rollOn(scope, window, { ...next, sharers }, nowMs));
    if (rolled !== null) return { kind: "granted", validUntilMs, window: rolled };
  }
  return { ...crowdedOut(scope, ports.clock.nowMs()), window: null };
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

/** The window as written; null when the condition failed. */
async function update(ports: DynamoQuotaPorts, input: QuotaWrite): Promise<QuotaWindow | null> {
  try {
    const { Attributes } = await ports.documents.send(
      new UpdateCommand({ TableName: ports.tableName, ReturnValues: "ALL_NEW", ...input }),
    );
    return parseQuotaItem(Attributes);
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) return null;
    if (cause instanceof QuotaError) throw cause;
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
