import { once } from "node:events";
import { createServer } from "node:net";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { dynamoQuota } from "../../shared/quota/dynamo-quota.ts";
import { quotaScopes } from "../../shared/quota/scopes.ts";
import { type QuotaStore, quotaContract } from "../contracts/quota-contract.ts";
import { onDynamoDbLocal } from "../support/servers/on-dynamodb-local.ts";
import { connect, openQuotaTable, type QuotaTable } from "../support/stores/quota-table.ts";

const start = 1_763_700_000_000;
const scopes = quotaScopes({
  siteUrl: "sc-domain:example.com",
  accountId: "default",
  projectId: "default",
});
const property = scopes.slice(0, 1);
const key = { pk: "property#sc-domain:example.com" };

async function sharedBy(opening: Promise<QuotaTable>): Promise<QuotaStore> {
  const table = await opening;
  return {
    claimer: (nowMs) => dynamoQuota({ ...table, clock: { ...systemClock, nowMs } }),
    close: table.close,
  };
}

quotaContract("dynalite", () => sharedBy(openQuotaTable()));

onDynamoDbLocal((empty) => {
  quotaContract("DynamoDB Local", () => sharedBy(openQuotaTable(empty())));
});

describe("a quota table", () => {
  let table: QuotaTable;
  let sent: string[];
  let nowMs: number;
  const claimer = (readNowMs = () => nowMs) =>
    dynamoQuota({ ...table, clock: { ...systemClock, nowMs: readNowMs, random: () => 0.5 } });
  const item = async () =>
    (await table.documents.send(new GetCommand({ TableName: table.tableName, Key: key }))).Item;

  beforeEach(async () => {
    nowMs = start;
    table = await openQuotaTable();
    sent = [];
    table.documents.middlewareStack.add(
      (next, context) => (args) => {
        sent.push(String(context.commandName));
        return next(args);
      },
      { step: "initialize" },
    );
  });
  afterEach(() => table.close());

  test("sees one update a claim and scope, and no read, within a second", async () => {
    const quota = claimer();
    await quota.claim(scopes, 1);
    sent.length = 0;
    expect((await quota.claim(scopes, 2)).kind).toBe("granted");
    expect(sent).toEqual(["UpdateItemCommand", "UpdateItemCommand", "UpdateItemCommand"]);
  });

  test("sees one more read and update for the first claim of a second, of one worker", async () => {
    const [first, second] = [claimer(), claimer()];
    await first.claim(property, 1);
    nowMs += 1_000;
    sent.length = 0;
    await first.claim(property, 1);
    expect(sent).toEqual(["UpdateItemCommand", "GetItemCommand", "UpdateItemCommand"]);
    sent.length = 0;
    await second.claim(property, 1);
    expect(sent).toEqual(["UpdateItemCommand"]);
  });

  test("is not written to by a denied claim", async () => {
    const quota = claimer();
    await quota.claim(property, 20);
    const before = await item();
    expect((await quota.claim(property, 1)).kind).toBe("denied");
    expect(await item()).toEqual(before);
  });

  test("sees one update, too, of a worker whose clock is behind", async () => {
    await claimer(() => start + 1_000).claim(property, 1);
    sent.length = 0;
    expect(await claimer().claim(property, 1)).toEqual({
      kind: "granted",
      validUntilMs: start + 1_000,
    });
    expect(sent).toEqual(["UpdateItemCommand"]);
  });

  test("is only read consistently", async () => {
    const reads: unknown[] = [];
    table.documents.middlewareStack.add(
      (next, context) => (args) => {
        if (context.commandName === "GetItemCommand") reads.push(args.input);
        return next(args);
      },
      { step: "initialize" },
    );
    await claimer().claim(property, 1);
    await claimer().usage(property);
    expect(reads).toHaveLength(2);
    for (const input of reads) expect(input).toMatchObject({ ConsistentRead: true });
  });

  test("grants from the instant before the first scope's write, however long the rest takes", async () => {
    const writtenAtMs: number[] = [];
    table.documents.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName === "UpdateItemCommand") writtenAtMs.push(nowMs);
        const answer = await next(args);
        nowMs += 700;
        return answer;
      },
      { step: "initialize" },
    );
    const grant = await claimer().claim(scopes, 1);
    const validUntilMs = grant.kind === "granted" ? grant.validUntilMs : 0;
    expect(validUntilMs - Math.min(...writtenAtMs)).toBeLessThanOrEqual(1_000);
    expect(nowMs).toBeGreaterThan(validUntilMs);
  });

  test("loses no claim when another worker rolls on between read and write", async () => {
    const [rival, slow] = [claimer(), claimer()];
    await rival.claim(property, 3);
    nowMs += 1_000;
    const meddled = afterFirstRead(table, () => rival.claim(property, 4));
    expect((await slow.claim(property, 5)).kind).toBe("granted");
    expect(meddled()).toBe(true);
    expect(await item()).toMatchObject({ headCount: 9, earlier: [3], total: 12 });
  });

  test("loses none either when the total is the same after the other's claim", async () => {
    const [rival, slow] = [claimer(), claimer()];
    await rival.claim(property, 4);
    nowMs = start + 62_000;
    await rival.claim(property, 1);
    nowMs = start + 63_000;
    const meddled = afterFirstRead(table, () => rival.claim(property, 4));
    expect((await slow.claim(property, 5)).kind).toBe("granted");
    expect(meddled()).toBe(true);
    expect(await item()).toMatchObject({ headCount: 9, earlier: [1], total: 10 });
  });

  test("keeps what was granted for the next claim when another scope's last went to somebody else", async () => {
    const account = scopes.slice(1, 2).map((scope) => ({ ...scope, budget: 4 }));
    const [rival, slow] = [claimer(), claimer()];
    const meddled = afterRead(table, "account#default", () => rival.claim(account, 4));
    expect(await slow.claim([...property, ...account], 2)).toMatchObject({ scope: "account" });
    expect(meddled()).toBe(true);
    expect(await item()).toMatchObject({ total: 2 });
    sent.length = 0;
    expect((await slow.claim(property, 2)).kind).toBe("granted");
    expect(sent).toEqual([]);
    nowMs += 1_000;
    expect((await slow.claim(property, 2)).kind).toBe("granted");
    expect(await item()).toMatchObject({ total: 4 });
  });

  test("grants nothing when the scope closes between read and write", async () => {
    const [rival, slow] = [claimer(), claimer()];
    const [scope] = property;
    if (scope === undefined) throw new Error("no scope");
    const meddled = afterFirstRead(table, () => rival.close(scope, start + 60_000, "minute"));
    expect(await slow.claim(property, 1)).toMatchObject({ cause: "closed", reason: "minute" });
    expect(meddled()).toBe(true);
    expect(await item()).not.toHaveProperty("total");
  });

  test("at which every round is lost denies until the next second", async () => {
    table.documents.middlewareStack.add(
      (next, context) => (args) => {
        if (context.commandName !== "UpdateItemCommand") return next(args);
        throw new ConditionalCheckFailedException({ message: "lost", $metadata: {} });
      },
      { step: "initialize", priority: "low" },
    );
    const quota = dynamoQuota({
      ...table,
      clock: { ...systemClock, nowMs: () => nowMs, random: () => 0 },
    });
    expect(await quota.claim(property, 1)).toEqual({
      kind: "denied",
      scope: "property",
      cause: "burst",
      retryAtMs: start + 1_000,
      reason: "too many claims at once",
    });
    expect(sent.length).toBeLessThan(60);
  });

  test("keeps an item an hour past its last claim, and past the end of a closure", async () => {
    const quota = claimer();
    await quota.claim(property, 1);
    expect(await item()).toMatchObject({ expiresAt: start / 1_000 + 3_600 });
    const [scope] = property;
    if (scope !== undefined) await quota.close(scope, start + 86_400_000, "day");
    await quota.claim(property, 1);
    expect(await item()).toMatchObject({ expiresAt: start / 1_000 + 86_400 + 3_600 });
  });

  test("keeps items of a full window far below the 1 KB of one write unit", async () => {
    const quota = claimer();
    for (let second = 0; second < 70; second += 1) {
      await quota.claim(property, 14);
      nowMs += 1_000;
    }
    const stored = await item();
    expect(stored?.earlier).toHaveLength(62);
    expect(JSON.stringify(stored).length).toBeLessThan(600);
  });

  test.each([
    ["counts that do not add up", { head: start / 1_000 - 1, headCount: 1, earlier: [], total: 0 }],
    ["a head that is no number", { head: "yesterday" }],
  ])("with %s grants nothing and says which item", async (_, broken) => {
    await table.documents.send(
      new PutCommand({ TableName: table.tableName, Item: { ...key, ...broken } }),
    );
    await expect(claimer().claim(property, 1)).rejects.toMatchObject({
      code: "broken-item",
      message: expect.stringContaining(key.pk),
    });
  });

  test("that does not exist makes claims throw", async () => {
    const quota = dynamoQuota({
      ...table,
      tableName: "nowhere",
      clock: { ...systemClock, nowMs: () => nowMs },
    });
    await expect(quota.claim(property, 1)).rejects.toMatchObject({
      name: "QuotaError",
      code: "store-failed",
      cause: { name: "ResourceNotFoundException" },
    });
  });
});

describe("a server that cannot be reached", () => {
  test("makes claims, closing and usage throw, with the cause", async () => {
    const unused = createServer().listen(0, "127.0.0.1");
    await once(unused, "listening");
    const address = unused.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    unused.close();
    await once(unused, "close");

    const { client, documents } = connect(`http://127.0.0.1:${address.port}`);
    const quota = dynamoQuota({
      documents,
      tableName: "quota",
      clock: { ...systemClock, nowMs: () => start },
    });
    const failure = { name: "QuotaError", code: "store-failed", cause: { code: "ECONNREFUSED" } };
    await expect(quota.claim(scopes, 1)).rejects.toMatchObject(failure);
    await expect(quota.usage(scopes)).rejects.toMatchObject(failure);
    for (const scope of property) {
      await expect(quota.close(scope, start + 1, "minute")).rejects.toMatchObject(failure);
    }
    client.destroy();
  });
});

function afterFirstRead(table: QuotaTable, meddle: () => Promise<unknown>): () => boolean {
  return afterRead(table, key.pk, meddle);
}

/** Runs `meddle` between the next read's answer and what its reader does then; whether it ran. */
function afterRead(table: QuotaTable, pk: string, meddle: () => Promise<unknown>): () => boolean {
  let meddled = false;
  table.documents.middlewareStack.add(
    (next, context) => async (args) => {
      const answer = await next(args);
      const read = context.commandName === "GetItemCommand" && JSON.stringify(args).includes(pk);
      if (read && !meddled) {
        meddled = true;
        await meddle();
      }
      return answer;
    },
    { step: "initialize" },
  );
  return () => meddled;
}
