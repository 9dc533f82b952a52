import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { startDynamoServer } from "../../local/dynamo-server.ts";
import { startSampleSearchConsole } from "../../local/sample-search-console/sample-search-console.ts";
import type { QuotaScope } from "../../shared/quota/quota.ts";
import { projectScope } from "../../shared/quota/scopes.ts";
import { dynamoDbLocalMissing, startDynamoDbLocal } from "../support/dynamodb-local.ts";
import { connect, createQuotaTable } from "./quota-table.ts";

/** Past one whole rolling minute; longer for a better figure of what is used of the budget. */
const seconds = Number(process.env.GSC_SYNC_QUOTA_SECONDS ?? 72);
const siteUrl = "sc-domain:sample.example";
const limits = { limit: 2_000, budget: 1_500, burst: 40 };
const scopes: readonly QuotaScope[] = [
  { kind: "property", id: siteUrl, ...limits },
  { kind: "account", id: "main", ...limits },
  projectScope("test"),
];
const worker = fileURLToPath(new URL("./claiming-worker.ts", import.meta.url));

type Server = { readonly url: string; stop(): Promise<unknown> };

async function dynaliteServer(): Promise<Server> {
  const server = await startDynamoServer();
  return { url: server.url, stop: () => server.stop() };
}

/** Eight processes, their clocks up to a second apart, against a server that allows the budget. */
async function runWorkers(dynamo: Server) {
  const strict = await startSampleSearchConsole({ qpm: limits.budget });
  const { client } = connect(dynamo.url);
  const tableName = await createQuotaTable(client);
  const url = `${strict.url}/webmasters/v3/sites/${encodeURIComponent(siteUrl)}/searchAnalytics/query`;
  const untilMs = Date.now() + seconds * 1_000;
  const workers = Array.from({ length: 8 }, async (_, index) => {
    const clockAheadMs = Math.round((index * 1_000) / 7);
    const work = { dynamo: dynamo.url, tableName, url, scopes, lanes: 3, untilMs, clockAheadMs };
    const child = fork(worker, [JSON.stringify(work)]);
    const [told] = await once(child, "message");
    await once(child, "exit");
    return told;
  });
  try {
    const told = await Promise.all(workers);
    return { told, seen: strict.seen() };
  } finally {
    client.destroy();
    await strict.stop();
    await dynamo.stop();
  }
}

const missing = dynamoDbLocalMissing();
if (missing !== undefined) console.info(`DynamoDB Local is not tried: ${missing}`);

describe.each([
  ["dynalite", dynaliteServer, undefined],
  ["DynamoDB Local", startDynamoDbLocal, missing],
] as const)("eight worker processes on %s", (name, start, absent) => {
  test.skipIf(absent !== undefined)(
    "never pass the budget in any rolling minute, and are never refused",
    { timeout: seconds * 1_000 + 60_000 },
    async () => {
      const { told, seen } = await runWorkers(await start());
      const arrivals = seen.list.map(({ atMs }) => atMs).sort((a, b) => a - b);
      const startMs = arrivals[0] ?? 0;
      const windowMs = 63_000;
      const inWindow = arrivals.filter((atMs) => atMs < startMs + windowMs).length;
      const highest = seen.properties[siteUrl]?.highestRollingMinute ?? 0;
      const sum = (key: string) => told.reduce((total, each) => total + each[key], 0);
      console.info(
        `${name}: ${seen.requests} requests in ${seconds} s, highest rolling minute ${highest} of ${limits.budget}, ` +
          `${((inWindow / windowMs) * 60_000).toFixed(0)} a minute over the first window (${((100 * inWindow * 60_000) / windowMs / limits.budget).toFixed(1)} % of the budget), ` +
          `refused ${seen.refusals}, denied ${sum("denied")}, lapsed ${sum("lapsed")}`,
      );
      expect(sum("refused")).toBe(0);
      expect(seen.refusals).toBe(0);
      expect(highest).toBeLessThanOrEqual(limits.budget);
      // A busy machine is slower than the budget; how near it came is printed, not asserted.
      expect(seen.requests).toBeGreaterThan(limits.budget / 3);
    },
  );
});
