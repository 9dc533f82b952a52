import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type DynamoSettings,
  startDynamoServer,
} from "../../../local/aws-servers/dynamo-server.ts";
import { ensureTable } from "../../../local/aws-servers/dynamo-tables.ts";
import type { EmbeddedProcess } from "../../../local/processes/embedded-process.ts";

let folder: string;
let started: EmbeddedProcess[] = [];
let clients: DynamoDBClient[] = [];

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "gsc-sync-dynamo-")), "home");
});

afterEach(async () => {
  for (const client of clients) client.destroy();
  clients = [];
  await Promise.all(started.map((server) => server.stop()));
  started = [];
  await rm(join(folder, ".."), { recursive: true, force: true });
});

async function start(settings: DynamoSettings): Promise<EmbeddedProcess> {
  const server = await startDynamoServer(settings);
  started.push(server);
  return server;
}

function clientOf(server: EmbeddedProcess): DynamoDBClient {
  const client = new DynamoDBClient({
    endpoint: server.url,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  clients.push(client);
  return client;
}

function createCounters(client: DynamoDBClient) {
  return ensureTable(client, {
    TableName: "counters",
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
  });
}

function increment(client: DynamoDBClient, below: number) {
  return client.send(
    new UpdateItemCommand({
      TableName: "counters",
      Key: { pk: { S: "one" } },
      UpdateExpression: "ADD hits :one",
      ConditionExpression: "attribute_not_exists(hits) OR hits < :below",
      ExpressionAttributeValues: { ":one": { N: "1" }, ":below": { N: String(below) } },
    }),
  );
}

async function hits(client: DynamoDBClient): Promise<number> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: "counters", Key: { pk: { S: "one" } }, ConsistentRead: true }),
  );
  return Number(Item?.hits?.N);
}

test("a table can be used as soon as it is created, and conditions hold under parallel writes", async () => {
  const client = clientOf(await start({}));
  await createCounters(client);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 60 }, () => increment(client, 40)),
  );
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused.length).toBe(20);
  expect(refused.every(({ reason }) => reason instanceof ConditionalCheckFailedException)).toBe(
    true,
  );
  expect(await hits(client)).toBe(40);
});

test("kill -9 loses no acknowledged write, and the next start waits for the folder", async () => {
  const first = await start({ folder });
  const client = clientOf(first);
  await createCounters(client);
  let acknowledged = 0;
  const writing = (async () => {
    for (;;) {
      await increment(client, 1_000_000);
      acknowledged += 1;
      if (acknowledged === 200) process.kill(first.pid, "SIGKILL");
    }
  })();
  await expect(writing).rejects.toThrow();
  const kept = await hits(clientOf(await start({ folder })));
  expect(acknowledged).toBeGreaterThanOrEqual(200);
  expect([acknowledged, acknowledged + 1]).toContain(kept);
});

test("a second opener of the folder is refused", async () => {
  await start({ folder });
  await expect(start({ folder, lockWaitMs: 100 })).rejects.toThrow(
    `another process has ${folder} open`,
  );
});

test("a client that is lost in the middle of a request does not end the server", async () => {
  const server = await start({});
  const client = clientOf(server);
  await createCounters(client);
  for (let index = 0; index < 5; index++) {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    await new Promise<void>((sent) => {
      socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{", () => sent());
    });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.resetAndDestroy();
    await closed;
  }
  await increment(client, 10);
  expect(await hits(client)).toBe(1);
});
