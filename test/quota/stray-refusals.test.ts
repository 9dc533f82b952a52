import { describe, expect, test } from "vitest";
import { quotaScopes } from "../../shared/quota/scopes.ts";
import { dice } from "../simulation/dice.ts";
import { type Judge, minuteLimit, quotaWorld } from "./quota-world.ts";

const siteUrl = "sc-domain:example.com";
const scopes = quotaScopes({ siteUrl, accountId: "default", projectId: "test" });
const minute = 60_000;

type Shape = { readonly lanes: number; readonly workers: number; readonly pages: number };

/** Reads the pages; how long it took, what was refused, and the closures. */
async function read(judge: Judge, shape: Shape) {
  const world = quotaWorld(judge);
  const startedAtMs = world.clock.nowMs();
  await world.run({ siteUrl, scopes: () => scopes, ...shape });
  const refused = world.arrivals.filter((arrival) => arrival.refused).length;
  expect(world.arrivals.length - refused).toBe(shape.pages);
  const closures = new Set(
    world.exceeded.filter(({ reason }) => reason !== "").map(({ untilMs }) => untilMs),
  );
  return { ms: world.clock.nowMs() - startedAtMs, refused, closures: closures.size, startedAtMs };
}

const shapes: readonly Shape[] = [
  { lanes: 15, workers: 5, pages: 150 },
  { lanes: 1, workers: 1, pages: 150 },
];

describe.each(shapes)("one stray refusal with $lanes requests under way", (shape) => {
  test.each([1, 5, 50, 149])("at request %i of 150 costs at most 15 s", async (nth) => {
    let requests = 0;
    const plain = await read(() => undefined, shape);
    const stray = await read(() => {
      requests += 1;
      return requests === nth ? "minute" : undefined;
    }, shape);
    console.info(`stray at ${nth}: ${stray.ms / 1_000} s, without ${plain.ms / 1_000} s`);
    expect(stray.refused).toBe(1);
    expect(stray.ms - plain.ms).toBeLessThanOrEqual(15_000);
  });
});

describe.each([
  { lanes: 15, workers: 5, pages: 6_000 },
  { lanes: 1, workers: 1, pages: 1_500 },
])("a tenth of all requests refused at random, $lanes under way", (shape) => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    "leaves seven tenths of the throughput (seed %i)",
    async (seed) => {
      const chance = dice(seed);
      const plain = await read(() => undefined, shape);
      const random = await read(() => (chance.chance(0.1) ? "minute" : undefined), shape);
      const share = plain.ms / random.ms;
      console.info(
        `a tenth refused: ${(100 * share).toFixed(0)} % of the throughput, ${random.closures} closures`,
      );
      expect(share).toBeGreaterThanOrEqual(0.7);
    },
  );
});

test("a true limit of 60 where 1,200 are believed settles within 3 closures and 15 refusals", async () => {
  const { refused, closures, ms } = await read(minuteLimit(60), {
    ...shapes[0],
    pages: 600,
  } as Shape);
  console.info(
    `60 a minute: ${(ms / minute).toFixed(1)} min, ${refused} refusals, ${closures} closures`,
  );
  expect(refused).toBeLessThanOrEqual(15);
  expect(closures).toBeLessThanOrEqual(3);
  expect(ms).toBeLessThan(11 * minute);
});

/** A limit a rolling minute, of which others send so much, evenly. */
function sharedLimit(limit: number, others: number): Judge {
  const sent: number[] = [];
  let owed = 0;
  let lastMs = 0;
  return (_siteUrl, nowMs) => {
    owed += lastMs === 0 ? others : ((nowMs - lastMs) * others) / minute;
    lastMs = nowMs;
    for (; owed >= 1; owed -= 1) sent.push(nowMs);
    while (sent[0] !== undefined && sent[0] <= nowMs - minute) sent.shift();
    if (sent.length >= limit) return "minute";
    sent.push(nowMs);
    return undefined;
  };
}

test.each([300, 600, 900])(
  "others who send %i a minute of the same quota are lived with",
  async (others) => {
    const shape = { lanes: 15, workers: 5, pages: 5_000 };
    const { refused, ms, closures } = await read(sharedLimit(1_200, others), shape);
    const rate = (5_000 / ms) * minute;
    console.info(
      `others ${others} a minute: ${rate.toFixed(0)} a minute of ${1_200 - others}, ${refused} refusals, ${closures} closures`,
    );
    expect(refused).toBeLessThan(250);
    expect(rate).toBeGreaterThan(0.5 * Math.min(1_200 - others, 940));
  },
);

/** Patterns of one seed: a limit, others who share it, strays and lanes. */
const patternsSeed = Number(process.env.GSC_SYNC_PATTERNS_SEED ?? 20_261_130);

test(`a hundred patterns (seed ${patternsSeed}) are read to the end, seldom beyond the limit`, async () => {
  const shares: number[] = [];
  const overs: number[] = [];
  for (let nth = 0; nth < 100; nth += 1) {
    const pattern = dice(patternsSeed + nth);
    const limit = pattern.pick([30, 60, 120, 300, 600, 900, 1_200, 1_200]);
    const others = pattern.pick([0, 0, 0.2, 0.5]) * limit;
    const strays = pattern.pick([0, 0, 0.01, 0.1]);
    const [lanes, workers] = pattern.pick([
      [1, 1],
      [6, 2],
      [15, 5],
      [25, 5],
    ]);
    const judge = sharedLimit(limit, others);
    let over = 0;
    const pages = Math.min(3 * limit, 1_500);
    const { ms, refused } = await read(
      (siteUrl, nowMs) => {
        if (pattern.chance(strays)) return "minute";
        const verdict = judge(siteUrl, nowMs);
        if (verdict !== undefined) over += 1;
        return verdict;
      },
      { lanes, workers, pages },
    );
    const possible = Math.min(limit - others, 940, (lanes * minute) / 200);
    shares.push(((pages / ms) * minute) / possible);
    overs.push(over / (over + pages));
    if (process.env.GSC_SYNC_PATTERNS_SEED !== undefined) {
      console.info(
        `${nth}: limit ${limit}, others ${others}, strays ${strays}, lanes ${lanes}: ${(shares.at(-1) ?? 0).toFixed(2)} of what is possible, ${over} over, ${refused} refused`,
      );
    }
  }
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  console.info(
    `100 patterns of seed ${patternsSeed}: ${(100 * mean(shares)).toFixed(0)} % of what is possible (least ${(100 * Math.min(...shares)).toFixed(0)} %), ${(100 * mean(overs)).toFixed(2)} % of the requests over the limit (most ${(100 * Math.max(...overs)).toFixed(1)} %)`,
  );
  expect(mean(overs)).toBeLessThan(0.05);
  expect(Math.min(...shares)).toBeGreaterThan(0.2);
}, 120_000);
