import { join } from "node:path";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestHome } from "../support/homes/cli.ts";
import { homeClientOptions } from "../support/homes/home-client.ts";
import { aKeptHome } from "../support/homes/kept-home.ts";
import { readMetricStatistics } from "../support/homes/read-metrics.ts";
import { recentDays } from "../support/samples/recent-days.ts";
import { startTruthServer, type TruthServer } from "../support/servers/truth-server.ts";
import { waitUntil } from "../support/wait-until.ts";

const dates = recentDays(8);
const range = ["--from", dates[0] ?? "", "--to", dates.at(-1) ?? ""];

let server: TruthServer;
let home: TestHome;
let sqs: SQSClient;
let queueUrl: string;

beforeAll(async () => {
  server = await startTruthServer({ days: Object.fromEntries(dates.map((date) => [date, 10])) });
  home = await aKeptHome({ GSC_API_ROOT_URL: server.url });
  const { json } = await home.run("resources", "--json");
  sqs = new SQSClient(homeClientOptions(json.sqsEndpoint, json));
  queueUrl = json.queueUrl;
}, 180_000);

afterAll(async () => {
  sqs.destroy();
  await home.remove();
  await server.stop();
});

const malformed = '{"runId": \u009b31m"\u202eevil';

async function deadLetters() {
  const { json } = await home.run("dlq", "--json");
  return json.deadLetters;
}

describe("a message that nobody understands", () => {
  test("ends in the dead letters with its reason, is redriven by the command, and purged", {
    timeout: 400_000,
  }, async () => {
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: malformed }));
    const [letter, ...more] = await waitUntil(
      "the dead letter",
      async () => {
        const letters = await deadLetters();
        return letters.length > 0 ? letters : undefined;
      },
      120_000,
    );
    expect(more).toEqual([]);
    expect(letter).toMatchObject({
      reason: "not a batch message",
      body: malformed,
      whole: true,
      at: expect.stringMatching(/^\d{4}-.*Z$/),
    });

    const shown = await home.run("dlq", "list");
    expect(shown.stdout).toContain("not a batch message");
    expect(shown.stdout).not.toMatch(/[\u009b\u202e]/);
    const status = await home.run("status");
    expect(status.stdout).toContain("1 dead letter: ");

    const unknown = await home.run("dlq", "redrive", "nope");
    expect(unknown.code).toBe(2);

    // It comes back, since it is as malformed as before: another message, the same letter.
    const redriven = await home.run("dlq", "redrive", "--json");
    expect(`${redriven.code} ${redriven.json?.redriven}`).toBe("0 1");
    const [again] = await waitUntil(
      "it comes back",
      async () => {
        const letters = await deadLetters();
        return letters.length === 1 && letters[0].at !== letter.at ? letters : undefined;
      },
      120_000,
    );
    expect(again).toMatchObject({ reason: "not a batch message", body: malformed });
    expect(again.letterId).toBe(letter.letterId);

    expect((await home.run("dlq", "purge", "--json")).code).toBe(2);
    const purged = await home.run("dlq", "purge", "--yes", "--json");
    expect(purged.json).toEqual({ purged: 1 });
    expect(await deadLetters()).toEqual([]);
  });
});

describe("what handlers measure", () => {
  test("is kept in the home, to be asked for by metric, time and run", {
    timeout: 200_000,
  }, async () => {
    const fromMs = Date.now();
    const run = await home.run(
      "backfill",
      "--site-url",
      "sc-domain:example.com",
      ...range,
      "--json",
    );
    expect(run.code).toBe(0);
    const telemetry = join(home.folder, "telemetry");
    const query = { fromMs, toMs: Date.now() + 1, where: { runId: run.json.runId } };
    const of = await readMetricStatistics(telemetry, query);
    expect(of.BatchSize?.sum).toBe(8);
    expect(of.PageRequests?.sum).toBe(run.json.requests);
    expect(of.BatchDuration?.count).toBe(run.json.batch.count);
    expect(of.BatchDuration?.p99).toBe(run.json.batch.p99Ms);
    expect(of.InFlight?.max).toBe(run.json.inFlight.peak);
    expect(of.QuotaUsage?.max).toBeGreaterThan(0);
    expect(of.UnitsFailed).toMatchObject({ count: 1, sum: 0 });
    for (const name of ["BatchRetries", "WorkerCrashes", "LeaseExpiries"]) {
      expect(`${name} ${of[name]?.sum}`).toBe(`${name} 0`);
    }
    const everything = { fromMs: 0, toMs: query.toMs };
    expect((await readMetricStatistics(telemetry, everything)).MailboxDepth?.count).toBeGreaterThan(
      0,
    );
  });
});
