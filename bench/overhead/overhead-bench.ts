/**
 * What the pipeline adds: a page request's time that is not Search Console's, the quota's or the
 * store's; the operations of DynamoDB, SQS, Step Functions and EventBridge in a real local run; the
 * share of the workers' time in which one stood idle while there was work. Prints ratios; asserts
 * nothing.
 *
 *   npm run bench:overhead -- [--days N]
 */
import { parseArgs } from "node:util";
import { openBenchHome } from "../support/local-run.ts";
import { idleShare } from "../support/observed.ts";
import { tellOutcome } from "../support/outcome.ts";
import { operationsByCause, operationsOf } from "./counted-operations.ts";
import { pageTime } from "./page-overhead.ts";

const { values } = parseArgs({ options: { days: { type: "string", default: "150" } } });
const workers = 3;

const time = await pageTime();
const home = await openBenchHome({ latencyMs: 300 });
try {
  const run = ["--site-url", "sc-domain:sample.example", "--concurrency", String(workers)];
  await home.backfill(...run, "--days", "10");
  const { summary, observed } = await home.backfill(...run, "--days", values.days);
  const { requests, units } = summary;
  const by = operationsByCause(observed, { requests, units: units.complete });
  const takes = observed.operations.filter(({ operation }) => operation === "SendMessage").length;
  const counts = { request: requests, unit: units.complete, take: takes, run: 1 };
  const whole = operationsOf(by, counts);
  const perThousand = (count: number) => (1_000 * count) / requests;
  const withoutLatency = time.ledger + time.own;
  tellOutcome({
    name: "overhead",
    ratios: [
      {
        what: "a page's time in the pipeline alone / with quota and store, without Google's latency",
        value: withoutLatency / (withoutLatency + time.quota + time.rows),
        aim: "",
      },
      {
        what: "workers idle while there is work",
        value: idleShare(observed, workers),
        aim: "≤ 0.05",
      },
      {
        what: "DynamoDB writes per 1,000 page requests",
        value: perThousand(whole.writes),
        aim: "",
      },
      { what: "DynamoDB reads per 1,000 page requests", value: perThousand(whole.reads), aim: "" },
      { what: "SQS operations per 1,000 page requests", value: perThousand(whole.queue), aim: "" },
      {
        what: "Step Functions transitions per 1,000 page requests",
        value: perThousand(whole.transitions),
        aim: "",
      },
      {
        what: "EventBridge events per 1,000 page requests",
        value: perThousand(whole.events),
        aim: "",
      },
    ],
    raw: { pageMs: time, summary, counts, operations: by },
  });
  console.log(JSON.stringify({ pageMs: time, counts, operations: by }, null, 1));
} finally {
  await home.close();
}
