import { describe, expect, test } from "vitest";
import { quotaScopes } from "../../shared/quota/scopes.ts";
import { highestMinute, quotaWorld } from "./quota-world.ts";

const minute = 60_000;
const endless = 1_000_000;

function property(name: string) {
  const siteUrl = `sc-domain:${name}.example`;
  const scopes = quotaScopes({ siteUrl, accountId: "shared", projectId: "test" });
  return { siteUrl, scopes: () => scopes };
}

/** Lets runs go for ten minutes; requests a minute of each in the last six. */
async function ratesOf(runs: readonly { readonly name: string; readonly lanes: number }[]) {
  const world = quotaWorld(() => undefined);
  const startedAtMs = world.clock.nowMs();
  const running = runs.map(async ({ name, lanes }, index) => {
    // Each begins when the one before has the account to itself.
    await world.clock.sleep(index * 1.5 * minute);
    await world.run({ ...property(name), lanes, workers: Math.min(lanes, 5), pages: endless });
  });
  await world.clock.sleep(10 * minute);
  world.stop();
  await Promise.all(running);
  const settled = world.arrivals.filter(({ atMs }) => atMs > startedAtMs + 4 * minute);
  const rates = runs.map(({ name }) => {
    const own = settled.filter(({ siteUrl }) => siteUrl === property(name).siteUrl);
    return own.length / 6;
  });
  console.info(
    `sharing 940 a minute: ${runs.map(({ name, lanes }, index) => `${name} (${lanes} lanes) ${rates[index]?.toFixed(0)}`).join(", ")}`,
  );
  return { rates, highest: highestMinute(world.arrivals.map(({ atMs }) => atMs)) };
}

test("a share smaller than what a worker's lanes want at once is used all the same", async () => {
  const settings = { accounts: { shared: { limit: 15 } } };
  const world = quotaWorld(() => undefined);
  const names = ["a", "b", "c", "d", "e"];
  const running = names.map((name) => {
    const { siteUrl } = property(name);
    const scopes = quotaScopes({ siteUrl, accountId: "shared", projectId: "test" }, settings);
    return world.run({ siteUrl, scopes: () => scopes, lanes: 5, workers: 1, pages: endless });
  });
  await world.clock.sleep(20 * minute);
  world.stop();
  await Promise.all(running);
  expect(highestMinute(world.arrivals.map(({ atMs }) => atMs))).toBeLessThanOrEqual(15);
  for (const name of names) {
    const own = world.arrivals.filter(({ siteUrl }) => siteUrl === property(name).siteUrl);
    expect(own.length).toBeGreaterThan(20);
  }
});

describe("runs of two properties under one account", () => {
  test.each([
    [25, 25],
    [25, 6],
    [6, 25],
  ])(
    "with %d and %d requests at once each get at least two fifths of its budget",
    async (first, second) => {
      const { rates, highest } = await ratesOf([
        { name: "a", lanes: first },
        { name: "b", lanes: second },
      ]);
      expect(highest).toBeLessThanOrEqual(940);
      const together = rates.reduce((sum, rate) => sum + rate, 0);
      expect(together).toBeGreaterThan(0.9 * 940 * (60 / 63));
      for (const rate of rates) expect(rate).toBeGreaterThan(0.4 * 940 * (60 / 63));
    },
  );

  test("leave to one what the other does not want", async () => {
    const { rates } = await ratesOf([
      { name: "busy", lanes: 25 },
      { name: "quiet", lanes: 1 },
    ]);
    const [busy = 0, quiet = 0] = rates;
    expect(quiet).toBeGreaterThan(100);
    expect(busy + quiet).toBeGreaterThan(0.9 * 940 * (60 / 63));
  });
});
