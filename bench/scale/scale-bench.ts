/**
 * The first 16 months of many properties, three reports each, by simulation on virtual time: the
 * planner, the sync machine's definition, dispatcher, workers, ledger and quota as they are, over
 * DynamoDB in memory. What the whole of it takes over the floor that the quota sets, and over the one
 * that the workers' lanes and Google's latency set; what its items and partitions bear; what it costs.
 * Fewer properties stand for 1,000 unless `--full` is given: they take as much shorter as they are
 * fewer. Prints ratios; asserts nothing.
 *
 *   npm run bench:scale -- [--full] [--properties N] [--latency MS] ["10 accounts"]...
 */
import { parseArgs } from "node:util";
import { pipelineCost } from "../overhead/run-cost.ts";
import { type Ratio, tellOutcome } from "../support/outcome.ts";
import { type Scale, simulateScale } from "./simulate-scale.ts";
import { usageCost } from "./usage-cost.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: "boolean", default: false },
    properties: { type: "string" },
    latency: { type: "string", default: "800" },
  },
});
const whole = 1_000;
const latencyMs = Number(values.latency);
const scaled = (properties: number) =>
  values.full ? whole : Number(values.properties ?? properties);

/** A stage as it is deployed with lever 5: five workers of five units at once, five runs at once. */
const shipped = { lever: 5, lanes: 5, atOnce: 5, latencyMs };
const scales: readonly { readonly name: string; readonly scale: Scale }[] = [
  { name: "one account", scale: { ...shipped, properties: scaled(8), accounts: 1 } },
  { name: "10 accounts", scale: { ...shipped, properties: scaled(20), accounts: 10 } },
  {
    name: "10 accounts, 20 units at once",
    scale: { ...shipped, properties: scaled(20), accounts: 10, lanes: 20, atOnce: 20 },
  },
  {
    name: "10 accounts, 20 runs at once",
    scale: { ...shipped, properties: scaled(20), accounts: 10, atOnce: 20 },
  },
];

const found: Found[] = [];
for (const { name, scale } of scales) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const startedAt = performance.now();
  const result = await simulateScale(scale);
  const each = { name, ...result, simulatedSeconds: (performance.now() - startedAt) / 1_000 };
  console.log(lineOf(each));
  found.push(each);
}
tellOutcome({
  name: "scale",
  ratios: [...found.flatMap(ratiosOf), ...limitsOf(found)],
  raw: found,
});

type Found = Awaited<ReturnType<typeof simulateScale>> & {
  readonly name: string;
  readonly simulatedSeconds: number;
};

function lineOf({ name, scale, requests, seconds, floor, simulatedSeconds }: Found): string {
  const hours = (of: number) => ((of * whole) / scale.properties / 3_600).toFixed(1);
  return (
    `${name}: ${scale.properties} properties, ${requests} requests in ${seconds.toFixed(0)} s; ${whole} take ` +
    `${hours(seconds)} h, by the ${floor.kind}'s quota ${hours(floor.seconds)} h; simulated in ${simulatedSeconds.toFixed(0)} s`
  );
}

function ratiosOf({ name, scale, requests, seconds, floor, ...found }: Found): readonly Ratio[] {
  const { usage, takes, lanesFloorSeconds } = found;
  const cost = usageCost(usage);
  const work = { runs: scale.properties, nightRuns: 0, units: requests, requests, rows: 0 };
  const each = (what: string, value: number): Ratio => ({
    what: `${name}: ${what}`,
    value,
    aim: "",
  });
  return [
    each("wall time / quota floor", seconds / floor.seconds),
    each("wall time / Google's latency over the lanes", seconds / lanesFloorSeconds),
    each("messages / takes that found work", usage.messages / takes.worked),
    each(`$ of ${whole} properties, rows aside`, (cost * whole) / scale.properties),
    each("$ counted / $ by docs/cost.md", cost / pipelineCost(work)),
  ];
}

/** What AWS allows of each; its own limit is 1, the aim for a history is where it is handed over. */
function limitsOf(found: readonly Found[]): readonly Ratio[] {
  const most = (figure: (each: Found) => number) => Math.max(...found.map(figure));
  const items = { RUN: "run", BATCH: "batch", account: "account's quota" };
  return [
    ...Object.entries(items).map(([item, name]) => ({
      what: `largest ${name} item / 400 KB`,
      value: most(({ usage }) => usage.largestItems[item] ?? 0) / 1_024 / 400,
      aim: "< 1.00",
    })),
    {
      what: "events of the longest execution / 25,000",
      value: most(({ usage }) => usage.mostHistoryEvents) / 25_000,
      aim: "< 0.80",
    },
    {
      what: "write units a second of the hottest partition / 1,000",
      value: most(({ hottestWrites }) => hottestWrites.peak) / 1_000,
      aim: "< 1.00",
    },
    {
      what: "read units a second of the hottest partition / 3,000",
      value: most(({ hottestReads }) => hottestReads.peak) / 3_000,
      aim: "< 1.00",
    },
  ];
}
