import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { tableKeys } from "../config/names.ts";
import type { Batch } from "./batch.ts";
import {
  batchKey,
  batchKeyPrefix,
  isConditionFailure,
  lockKey,
  runKey,
  seatsKey,
  settingsKey,
} from "./dynamo-ledger-keys.ts";
import { readNewestRuns } from "./dynamo-run-list.ts";
import { nextToken } from "./dynamo-token.ts";
import type { Ledger } from "./ledger.ts";
import { LedgerError } from "./ledger-error.ts";
import {
  parseBatch,
  parseLeverChanges,
  parseLock,
  parseRun,
  parseSeats,
  parseSettings,
  settingsAttributes,
} from "./ledger-items.ts";
import { withLeverChange } from "./lever-changes.ts";
import type { PropertyLock } from "./property-lock.ts";
import { type SetSettings, type Settings, settingsOver, withChange } from "./settings.ts";

const maxTries = 60;

/**
 * The ledger in DynamoDB. Every write is a put or update of one item under a condition:
 *
 * | item     | condition                                                      |
 * |----------|----------------------------------------------------------------|
 * | run      | its version is the one that the transition was decided on      |
 * | batch    | no newer take has written it                                   |
 * | lock     | its version is the one that was read; its token only ever grows |
 * | settings, seats | its version is the one that was read                    |
 *
 * A condition that failed because the SDK repeated a write of ours that had succeeded is told
 * apart by the change's own id.
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

  async function readItem(Key: Record<string, string>) {
    const { Item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
    return Item;
  }

  /** Reads, decides, writes on condition of the version read; decides again after a lost race. */
  async function compareAndSet<Outcome>(
    Key: Record<string, string>,
    decide: (item: Record<string, unknown> | undefined) => {
      readonly write: Record<string, unknown> | null;
      readonly outcome: Outcome;
    },
  ): Promise<Outcome> {
    const changeId = randomUUID();
    let written: Outcome | undefined;
    for (let tries = 0; tries < maxTries; tries += 1) {
      const item = await readItem(Key);
      if (written !== undefined && item?.changeId === changeId) return written;
      const { write, outcome } = decide(item);
      if (write === null) return outcome;
      const version = typeof item?.version === "number" ? item.version : 0;
      try {
        await client.send(
          new UpdateCommand({
            TableName,
            Key,
            ...setAttributes({ ...write, version: version + 1, changeId }, version),
          }),
        );
        return outcome;
      } catch (error) {
        if (!isConditionFailure(error)) throw error;
        written = outcome;
        await delay(Math.random() * Math.min(5 * 2 ** tries, 100));
      }
    }
    throw new LedgerError("contended", `gave up changing ${Key.pk} after ${maxTries} lost races`);
  }

  return {
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

    async putBatches(batches) {
      return guard(async () => {
        const waiting = [...batches];
        let lost = false;
        const writers = Array.from({ length: 8 }, async () => {
          for (let batch = waiting.shift(); batch && !lost; batch = waiting.shift()) {
            lost ||= (await putBatch(batch)) === "lost";
          }
        });
        await Promise.all(writers);
        return lost ? "lost" : "saved";
      });
    },

    async readBatch(runId, batchId) {
      return guard(async () => {
        const item = await readItem(batchKey(runId, batchId));
        return item === undefined ? undefined : parseBatch(item);
      });
    },

    async fenceBatch(runId, batchId, token) {
      return guard(async () => {
        const Key = batchKey(runId, batchId);
        try {
          const { Attributes } = await client.send(
            new UpdateCommand({
              TableName,
              Key,
              UpdateExpression: "SET #token = :token",
              ConditionExpression: "#token <= :token",
              ExpressionAttributeNames: { "#token": "token" },
              ExpressionAttributeValues: { ":token": token },
              ReturnValues: "ALL_NEW",
            }),
          );
          return parseBatch(Attributes ?? {});
        } catch (error) {
          if (!isConditionFailure(error)) throw error;
          return (await readItem(Key)) === undefined ? undefined : "lost";
        }
      });
    },

    async readBatches(runId) {
      return guard(async () => {
        const batches: Batch[] = [];
        let start: Record<string, unknown> | undefined;
        do {
          const page = await client.send(
            new QueryCommand({
              TableName,
              KeyConditionExpression: "pk = :run AND begins_with(sk, :batch)",
              ExpressionAttributeValues: { ":run": runKey(runId).pk, ":batch": batchKeyPrefix },
              ConsistentRead: true,
              ...(start === undefined ? {} : { ExclusiveStartKey: start }),
            }),
          );
          batches.push(...(page.Items ?? []).map(parseBatch));
          start = page.LastEvaluatedKey;
        } while (start !== undefined);
        return batches;
      });
    },

    async saveBatch(batch) {
      return guard(() => putBatch(batch));
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

    async changeSeats(decide) {
      return guard(() =>
        compareAndSet(seatsKey, (item) => {
          const seats = decide(item === undefined ? {} : parseSeats(item));
          return { write: seats === null ? null : { seats }, outcome: seats !== null };
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

  async function putBatch(batch: Batch): Promise<"saved" | "lost"> {
    try {
      await client.send(
        new PutCommand({
          TableName,
          Item: { ...batch, ...batchKey(batch.runId, batch.batchId) },
          ConditionExpression: "attribute_not_exists(#token) OR #token <= :token",
          ExpressionAttributeNames: { "#token": "token" },
          ExpressionAttributeValues: { ":token": batch.token },
        }),
      );
      return "saved";
    } catch (error) {
      if (isConditionFailure(error)) return "lost";
      throw error;
    }
  }
}

/**
 * Sets whole attributes, and removes those that are undefined, on condition that the item still
 * has the version that was read.
 */
function setAttributes(attributes: Record<string, unknown>, version: number) {
  const entries = Object.entries(attributes);
  const set = entries.flatMap(([, value], at) => (value === undefined ? [] : `#a${at} = :a${at}`));
  const remove = entries.flatMap(([, value], at) => (value === undefined ? `#a${at}` : []));
  return {
    UpdateExpression: `SET ${set.join(", ")}${remove.length === 0 ? "" : ` REMOVE ${remove.join(", ")}`}`,
    ConditionExpression: "attribute_not_exists(#version) OR #version = :version",
    ExpressionAttributeNames: {
      "#version": "version",
      ...Object.fromEntries(entries.map(([name], index) => [`#a${index}`, name])),
    },
    ExpressionAttributeValues: {
      ":version": version,
      ...Object.fromEntries(
        entries.flatMap(([, value], index) => (value === undefined ? [] : [[`:a${index}`, value]])),
      ),
    },
  };
}

function setIn(item: Record<string, unknown> | undefined): SetSettings {
  return item === undefined ? {} : parseSettings(item);
}

function lockOf(item: Record<string, unknown> | undefined): PropertyLock {
  return item?.holders === undefined ? { holders: {} } : parseLock(item);
}

async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LedgerError) throw error;
    throw new LedgerError("unreachable", `the ledger did not answer: ${String(error)}`, error);
  }
}
