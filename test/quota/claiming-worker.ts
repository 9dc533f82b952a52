import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { dynamoQuota } from "../../shared/quota/dynamo-quota.ts";

/**
 * A worker process of its own: says when it is ready, is told when time begins, claims and sends
 * as fast as it is let until it is told to stop, and tells its parent how it went.
 */
const work = z
  .object({
    dynamo: z.string(),
    tableName: z.string(),
    url: z.string(),
    scopes: z.array(
      z.object({
        kind: z.enum(["property", "account", "project"]),
        id: z.string(),
        limit: z.number(),
        budget: z.number(),
        burst: z.number(),
        lot: z.number().default(1),
      }),
    ),
    lanes: z.number(),
    /** How many times as fast as the real one its clock runs. */
    speed: z.number(),
    /** How far its clock is ahead of the others'. */
    clockAheadMs: z.number(),
  })
  .parse(JSON.parse(process.argv[2] ?? ""));

const dynamo = new DynamoDBClient({
  endpoint: work.dynamo,
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
});
let startMs = 0;
const stop = new AbortController();
const nowMs = () => startMs + (Date.now() - startMs) * work.speed + work.clockAheadMs;
const quota = dynamoQuota({
  documents: DynamoDBDocumentClient.from(dynamo),
  tableName: work.tableName,
  clock: { ...systemClock, nowMs },
});
const told = { sent: 0, refused: 0, denied: 0, lapsed: 0 };

async function lane(): Promise<void> {
  while (!stop.signal.aborted) {
    const claim = await quota.claim(work.scopes, 1);
    if (claim.kind === "denied") {
      told.denied += 1;
      const waitMs = Math.max(claim.retryAtMs - nowMs(), 0) + Math.random() * 800;
      await delay(waitMs / work.speed, undefined, { signal: stop.signal }).catch(() => {});
    } else if (nowMs() >= claim.validUntilMs) {
      told.lapsed += 1;
    } else {
      told.sent += 1;
      const answer = await fetch(work.url, { method: "POST", body });
      await answer.text();
      if (answer.status !== 200) told.refused += 1;
    }
  }
}

const body = JSON.stringify({
  startDate: "2026-01-15",
  endDate: "2026-01-15",
  dimensions: ["page", "query"],
  type: "web",
  rowLimit: 1,
  startRow: 60_000,
});

process.send?.("ready");
startMs = z.number().parse((await once(process, "message"))[0]);
process.once("message", () => stop.abort());
await Promise.all(Array.from({ length: work.lanes }, lane));
process.send?.(told);
process.disconnect?.();
dynamo.destroy();
