import { setTimeout as delay } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamoLedger } from "../../shared/ledger/dynamo-ledger.ts";
import type { TestHome } from "../support/homes/cli.ts";
import { homeClientOptions } from "../support/homes/home-client.ts";
import { aKeptHome } from "../support/homes/kept-home.ts";
import type { TruthServer } from "../support/servers/truth-server.ts";
import { waitUntil } from "../support/wait-until.ts";
import { expectWhole, pages, rangeOf, startTruth } from "./world.ts";

describe("messages", () => {
  let server: TruthServer;
  let home: TestHome;
  let resources: Record<"queueUrl" | "deadLetterQueueUrl" | "ledgerTable", string>;
  let sqs: SQSClient;
  let dynamo: DynamoDBClient;
  const shape = ["--concurrency", "3", "--batch-size", "1", "--json"];

  beforeAll(async () => {
    server = await startTruth({ latencyMs: 150 });
    home = await aKeptHome({ GSC_API_ROOT_URL: server.url });
    const { json } = await home.run("resources", "--json");
    resources = json;
    sqs = new SQSClient(homeClientOptions(json.sqsEndpoint, json));
    dynamo = new DynamoDBClient(homeClientOptions(json.dynamoEndpoint, json));
  });
  afterAll(async () => {
    sqs.destroy();
    dynamo.destroy();
    await home.remove();
    await server.stop();
  });

  /** Does something again and again while the run goes on. */
  async function beside(run: Promise<unknown>, everyMs: number, work: () => Promise<unknown>) {
    let over = false;
    void run.finally(() => {
      over = true;
    });
    while (!over) {
      await work();
      await delay(everyMs);
    }
  }

  async function deadLetters(): Promise<number> {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: resources.deadLetterQueueUrl,
        AttributeNames: ["ApproximateNumberOfMessages"],
      }),
    );
    return Number(Attributes?.ApproximateNumberOfMessages);
  }

  test("that are lost are sent again", { timeout: 200_000 }, async () => {
    const site = "sc-domain:lost.example";
    const run = home.start("backfill", ...rangeOf(site), ...shape);
    await waitUntil("the run is under way", () => server.seen.length > 2);
    let purges = 0;
    const purging = beside(delay(1_500), 20, async () => {
      await sqs.send(new PurgeQueueCommand({ QueueUrl: resources.queueUrl }));
      purges += 1;
    });
    await purging;
    expect(purges).toBeGreaterThan(2);
    await expectWhole(home, server, site, await run.finished);
    expect(await deadLetters()).toBe(0);
  });

  test("that come twice and three times are worked once", { timeout: 200_000 }, async () => {
    const site = "sc-domain:doubled.example";
    server.forget();
    const ledger = dynamoLedger(DynamoDBDocumentClient.from(dynamo), {
      table: resources.ledgerTable,
      defaults: { lever: 5 },
    });
    const run = home.start("backfill", ...rangeOf(site), ...shape);
    let doubles = 0;
    await beside(run.finished, 40, async () => {
      const [known] = (await ledger.listRuns(5)).filter(({ siteUrl }) => siteUrl === site);
      for (const batchId of Object.keys(known?.inFlight ?? {})) {
        const MessageBody = JSON.stringify({ runId: known?.runId, batchId });
        await sqs.send(new SendMessageCommand({ QueueUrl: resources.queueUrl, MessageBody }));
        doubles += 1;
      }
    });
    const finished = await run.finished;
    await expectWhole(home, server, site, finished);
    expect(doubles).toBeGreaterThan(10);
    expect(finished.json.requests).toBe(pages);
    expect(server.seen).toHaveLength(pages);
    expect(await deadLetters()).toBe(0);
  });
});
