/**
 * Claims a second and their latency, ours beside rate-limiter-flexible's DynamoDB limiter, in one
 * run on the same server; the worst rolling minute that each lets through at one nominal limit;
 * what a batch costs in quota. Prints ratios; asserts nothing.
 *
 *   npm run bench:quota -- [--seconds N]
 */

import { parseArgs } from "node:util";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { startDynamoServer } from "../../local/aws-servers/dynamo-server.ts";
import { createTables } from "../../local/aws-servers/dynamo-tables.ts";
import { localClientOptions, localNames } from "../../local/aws-servers/local-names.ts";
import { documentsOf } from "../../shared/lib/dynamo-documents.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { dynamoQuota } from "../../shared/quota/dynamo-quota.ts";
import type { QuotaScope } from "../../shared/quota/quota.ts";
import { batchOverhead } from "./batch-overhead.ts";
import { type Limiter, openFlexibleLimiter } from "./flexible-limiter.ts";
import { measureClaims } from "./measure-claims.ts";
import { worstMinute } from "./worst-minute.ts";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "5" } } });
const forMs = Number(values.seconds) * 1_000;
const plenty = 1_000_000_000;
const parallel = [1, 10, 50];

/** What the project's first limiter, in one process, was allowed to cost a batch. */
const seedsOverheadMs = 10;

const server = await startDynamoServer();
await createTables(server.url);
const client = new DynamoDB(localClientOptions(server.url));
const documents = documentsOf(client);
const flexible = await openFlexibleLimiter(client);

function scopeOf(kind: QuotaScope["kind"], id: string): QuotaScope {
  return { kind, id, limit: plenty, budget: plenty, burst: plenty / 10 };
}

/** A claimer a worker: what one has learned the others have to learn as well. */
function ours(scopes: (turn: number) => readonly QuotaScope[], turn: number): Limiter {
  const quota = dynamoQuota({
    documents,
    tableName: localNames.quotaTable,
    clock: systemClock,
  });
  return {
    claim: async (requests = 1) => (await quota.claim(scopes(turn), requests)).kind === "granted",
  };
}

const one = (turn: number) => [scopeOf("property", `one-${turn}`)];
const three = (turn: number) => [
  scopeOf("property", `three-${turn}`),
  scopeOf("account", `three-${turn}`),
  { ...scopeOf("project", `three-${turn}`), lot: 16 },
];

console.log(`claims on one key, ${forMs / 1_000} s each, on dynalite in a process of its own\n`);
console.log("claimers  limiter                 claims/s   p50 ms   p99 ms");
for (const [index, claimers] of parallel.entries()) {
  // In turns, twice, so that neither always has the warm machine.
  const rows = new Map<string, { perSecond: number; p50: number; p99: number }>();
  for (const turn of [index * 2, index * 2 + 1]) {
    const contenders: [string, Limiter][] = [
      ["ours, one scope", ours(one, turn)],
      ["rate-limiter-flexible", flexible(`key-${turn}`, plenty)],
      ["ours, three scopes", ours(three, turn)],
    ];
    for (const [name, limiter] of contenders) {
      const figures = await measureClaims(limiter, claimers, forMs / 2);
      const before = rows.get(name);
      rows.set(name, before === undefined ? figures : mean(before, figures));
    }
  }
  for (const [name, { perSecond, p50, p99 }] of rows) {
    const cells = [perSecond.toFixed(0), p50.toFixed(2), p99.toFixed(2)];
    console.log(
      `${String(claimers).padEnd(8)}  ${name.padEnd(22)} ${cells.map((cell) => cell.padStart(8)).join(" ")}`,
    );
  }
  const [our, their] = [rows.get("ours, one scope"), rows.get("rate-limiter-flexible")];
  if (our !== undefined && their !== undefined) {
    console.log(
      `          p50 a scope, ours / theirs: ${(our.p50 / their.p50).toFixed(2)}; claims a second: ${(our.perSecond / their.perSecond).toFixed(2)}`,
    );
  }
}

const limit = 940;
console.log(
  `\nworst rolling minute at a nominal ${limit} a minute (both on the server, clock moved)`,
);
let clockMs = 0;
const sliding = dynamoQuota({
  documents,
  tableName: localNames.quotaTable,
  clock: { ...systemClock, nowMs: () => clockMs },
});
const strict: QuotaScope = { kind: "property", id: "strict", limit, budget: limit, burst: limit };
const ourWorst = await worstMinute(async (nowMs) => {
  clockMs = nowMs;
  return (await sliding.claim([strict], 1)).kind === "granted";
});
console.log(`  ours                   ${ourWorst}`);
const fixed = flexible("strict", limit);
const realNow = Date.now;
const theirWorst = await worstMinute((nowMs) => {
  Date.now = () => nowMs;
  return fixed.claim();
});
Date.now = realNow;
console.log(`  rate-limiter-flexible  ${theirWorst}`);

console.log("\nwhat a batch of 50 requests costs in quota, 5 at once, each answered after 200 ms");
const overhead = await batchOverhead(ours(three, 99));
console.log(`  without quota          ${overhead.bareMs.toFixed(0)} ms`);
console.log(
  `  claimed in 3 scopes    ${overhead.claimedMs.toFixed(0)} ms: ${overhead.addedMs.toFixed(0)} ms a batch, ` +
    `${((100 * overhead.addedMs) / overhead.bareMs).toFixed(1)} % of it; ${(overhead.addedMs / seedsOverheadMs).toFixed(1)} times the seeds' ${seedsOverheadMs} ms`,
);
console.log(
  `  one claim for all 50   ${overhead.onceMs.toFixed(1)} ms: ${(overhead.onceMs / seedsOverheadMs).toFixed(1)} times the seeds' ${seedsOverheadMs} ms`,
);

client.destroy();
await server.stop();

function mean<Figures extends { perSecond: number; p50: number; p99: number }>(
  a: Figures,
  b: Figures,
) {
  return {
    perSecond: (a.perSecond + b.perSecond) / 2,
    p50: (a.p50 + b.p50) / 2,
    p99: (a.p99 + b.p99) / 2,
  };
}
