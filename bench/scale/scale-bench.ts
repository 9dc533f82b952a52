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
    scale: { ...shipped, properties: scaled(20), accounts: 10, lanes: 20, atOnce: 10 },
  },
  {
    name: "10 accounts, 20 runs at once",
    scale: { ...shipped, properties: scaled(20), accounts: 10, atOnce: 20 },
  },
];

const ratios: Ratio[] = [];
const raw: Record<string, unknown> = {};
const found: Awaited<ReturnType<typeof simulateScale>>[] = [];
for (const { name, scale } of scales) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const startedAt = performance.now();
  const result = await simulateScale(scale);
  const { requests, seconds, floor, usage, takes } = result;
  const share = scale.properties / whole;
  const cost = usageCost(usage);
  const reckoned = pipelineCost({
    ...{ runs: scale.properties, nightRuns: 0 },
    ...{ units: requests, requests, rows: 0 },
  });
  const simulatedSeconds = (performance.now() - startedAt) / 1_000;
  raw[name] = { ...result, cost, reckoned, simulatedSeconds };
  found.push(result);
  console.log(
    `${name}: ${scale.properties} properties, ${requests} requests, ${hours(seconds / share)} h a ${whole} properties, ` +
      `floor ${hours(floor.seconds / share)} h by the ${floor.kind}'s quota, simulated in ${simulatedSeconds.toFixed(0)} s`,
  );
  ratios.push(
    { what: `${name}: wall time / quota floor`, value: seconds / floor.seconds, aim: "" },
    {
      what: `${name}: wall time / latency over the lanes`,
      value: seconds / result.lanesFloorSeconds,
      aim: "",
    },
    {
      what: `${name}: messages / takes that found work`,
      value: usage.messages / takes.worked,
      aim: "",
    },
    { what: `${name}: $ of ${whole} properties, rows aside`, value: cost / share, aim: "" },
    { what: `${name}: $ counted / $ by docs/cost.md`, value: cost / reckoned, aim: "" },
  );
}
const most = (figure: (result: (typeof found)[number]) => number) => Math.max(...found.map(figure));
ratios.push(
  ...Object.entries({ RUN: "run", BATCH: "batch", account: "account's quota" }).map(
    ([item, name]) => ({
      what: `largest ${name} item, KB / 400`,
      value: most(({ usage }) => usage.largestItems[item] ?? 0) / 1_024 / 400,
      aim: "< 1.00",
    }),
  ),
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
);
tellOutcome({ name: "scale", ratios, raw });

function hours(seconds: number): string {
  return (seconds / 3_600).toFixed(1);
}
