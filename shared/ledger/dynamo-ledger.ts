import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { tableKeys } from "../config/names.ts";
import { dynamoBatches } from "./dynamo-batches.ts";
import { createVersionedItems } from "./dynamo-compare-and-set.ts";
import {
  isConditionFailure,
  lockKey,
  runKey,
  settingsKey,
  workerSlotsKey,
} from "./dynamo-ledger-keys.ts";
import { readNewestRuns } from "./dynamo-run-list.ts";
import { guardLedger } from "./guard-ledger.ts";
import type { Ledger } from "./ledger.ts";
import { LedgerError } from "./ledger-error.ts";
import {
  parseLeverChanges,
  parseLock,
  parseRun,
  parseSettings,
  parseWorkerSlots,
  settingsAttributes,
} from "./ledger-items.ts";
import { withLeverChange } from "./lever-changes.ts";
import type { PropertyLock } from "./property-lock.ts";
import { type SetSettings, type Settings, settingsOver, withChange } from "./settings.ts";

/**
 * The ledger in DynamoDB. Every write is a put or update of one item under a condition:
 *
 * | item     | condition                                                      |
 * |----------|----------------------------------------------------------------|
 * | run      | its version is the one that the transition was decided on      |
 * | batch    | no newer take has written it                                   |
 * | lock     | its version is the one that was read; its token only ever grows |
 * | settings, slots | its version is the one that was read                    |
 */
export function dynamoLedger(
  client: DynamoDBDocumentClient,
  options: {
    readonly table: string;
    readonly defaults: Settings;
    readonly nowMs?: () => number;
  },
): Ledger {
  const TableName = options.table;
  const { nowMs = Date.now } = options;

  const { readItem, compareAndSet } = createVersionedItems(client, TableName);
  const guard = <T>(work: () => Promise<T>) => guardLedger("the ledger", work);

  return {
    ...dynamoBatches(client, TableName, { readItem }),

    async createRun(run) {
      return guard(async () => {
        const key = runKey(run.runId);
        const startedAt = `${new Date(run.startedAtMs).toISOString()}#${run.runId}`;
        const { runsKey, runsSortKey } = tableKeys.ledger;
        const index = { [runsKey]: "runs", [runsSortKey]: startedAt };
        return compareAndSet<"created" | "exists">(key, (item) =>
          item === undefined
            ? { write: { ...run, ...index }, outcome: "created" }
            : { write: null, outcome: "exists" },
        );
      });
    },

    async readRun(runId) {
      return guard(async () => {
        const item = await readItem(runKey(runId));
        return item === undefined ? undefined : parseRun(item);
      });
    },

    async listRuns(limit) {
      return guard(async () => {
        const runs = (await readNewestRuns(client, TableName, limit)).map(parseRun);
        return runs.sort((a, b) => b.startedAtMs - a.startedAtMs);
      });
    },

    async changeRun(runId, transition) {
      return guard(() =>
        compareAndSet(runKey(runId), (item) => {
          if (item === undefined) return { write: null, outcome: undefined };
          const run = parseRun(item);
          const decision = transition(run);
          return {
            write: decision.run === null ? null : { ...decision.run },
            outcome: { run: decision.run ?? run, answer: decision.answer },
          };
        }),
      );
    },

    async nextToken(siteUrl, nowMs) {
      return guard(() => nextToken(client, TableName, lockKey(siteUrl), nowMs));
    },

    async readLock(siteUrl) {
      return guard(async () => lockOf(await readItem(lockKey(siteUrl))));
    },

    async changeLock(siteUrl, decide) {
      return guard(() =>
        compareAndSet(lockKey(siteUrl), (item) => {
          const decision = decide(lockOf(item));
          const write = decision.kind === "changed" ? { ...decision.lock } : null;
          return { write, outcome: decision };
        }),
      );
    },

    async changeWorkerSlots(decide) {
      return guard(() =>
        compareAndSet(workerSlotsKey, (item) => {
          const slots = decide(item === undefined ? {} : parseWorkerSlots(item));
          return { write: slots === null ? null : { seats: slots }, outcome: slots !== null };
        }),
      );
    },

    async readSettings() {
      return guard(async () => settingsOver(options.defaults, setIn(await readItem(settingsKey))));
    },

    async readSetSettings() {
      return guard(async () => setIn(await readItem(settingsKey)));
    },

    async changeSettings(change) {
      return guard(() =>
        compareAndSet(settingsKey, (item) => {
          const next = withChange(setIn(item), change);
          const unset = Object.fromEntries(settingsAttributes().map((name) => [name, undefined]));
          const known = parseLeverChanges(item);
          const leverChanges = withLeverChange(known, next.lever ?? null, nowMs());
          return {
            write: { ...unset, ...next, leverChanges },
            outcome: settingsOver(options.defaults, next),
          };
        }),
      );
    },

    async readLeverChanges() {
      return guard(async () =>
        parseLeverChanges(await readItem(settingsKey)).map(({ atMs, lever }) => ({
          atMs,
          lever: lever ?? options.defaults.lever,
        })),
      );
    },
  };
}

function setIn(item: Record<string, unknown> | undefined): SetSettings {
  return item === undefined ? {} : parseSettings(item);
}

function lockOf(item: Record<string, unknown> | undefined): PropertyLock {
  return item?.holders === undefined ? { holders: {} } : parseLock(item);
}

const maxTries = 60;

/**
 * max(last + 1, now), as one of two conditional updates of the item: numbers only ever grow. A
 * write that the SDK repeats skips a number.
 */
async function nextToken(
  client: DynamoDBDocumentClient,
  TableName: string,
  Key: Record<string, string>,
  nowMs: number,
): Promise<number> {
  const names = { "#last": "lastToken" };
  for (let tries = 0; tries < maxTries; tries += 1) {
    try {
      await client.send(
        new UpdateCommand({
          TableName,
          Key,
          UpdateExpression: "SET #last = :now",
          ConditionExpression: "attribute_not_exists(#last) OR #last < :now",
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: { ":now": nowMs },
        }),
      );
      return nowMs;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
    try {
      const { Attributes } = await client.send(
        new UpdateCommand({
          TableName,
          Key,
          UpdateExpression: "ADD #last :one",
          ConditionExpression: "#last >= :now",
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: { ":one": 1, ":now": nowMs },
          ReturnValues: "UPDATED_NEW",
        }),
      );
      const last: unknown = Attributes?.lastToken;
      if (typeof last === "number") return last;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }
  throw new LedgerError("contended", `no token for ${Key.pk} after ${maxTries} tries`);
}
