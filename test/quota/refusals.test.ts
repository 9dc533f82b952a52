import { describe, expect, test } from "vitest";
import { quotaScopes } from "../../shared/quota/scopes.ts";
import { highestMinute, minuteLimit, quotaWorld } from "./quota-world.ts";

const siteUrl = "sc-domain:example.com";
const scopes = quotaScopes({ siteUrl, accountId: "default", projectId: "test" });
const work = { siteUrl, scopes: () => scopes, lanes: 15, workers: 3, pages: 300 };
const minute = 60_000;

describe("a Search Console that allows 60 requests a minute, where 1,200 are believed", () => {
  test("is read to the end with few refusals, and near 60 a minute after the first", async () => {
    const world = quotaWorld(minuteLimit(60));
    const startedAtMs = world.clock.nowMs();
    await world.run({ ...work, pages: 600 });
    const minutes = (world.clock.nowMs() - startedAtMs) / minute;
    const refused = world.arrivals.filter((arrival) => arrival.refused);
    const settled = world.arrivals.filter(({ atMs }) => atMs > startedAtMs + 2 * minute);
    const rate = (settled.length / (world.clock.nowMs() - startedAtMs - 2 * minute)) * minute;
    console.info(
      `60 a minute: 600 pages in ${minutes.toFixed(1)} min, ${refused.length} refusals in ${new Set(world.exceeded.map((closure) => closure.untilMs)).size} closures, ${rate.toFixed(1)} a minute once settled`,
    );
    expect(world.arrivals.length - refused.length).toBe(600);
    expect(refused.length).toBeLessThan(40);
    expect(rate).toBeGreaterThan(45);
    expect(rate).toBeLessThanOrEqual(62);
  });
});

describe("a refusal for requests a second", () => {
  test("halves the burst until it fits, and nothing is lost", async () => {
    const seconds = new Map<number, number>();
    const world = quotaWorld((_, nowMs) => {
      const second = Math.floor(nowMs / 1_000);
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
      return (seconds.get(second) ?? 0) > 6 ? "second" : undefined;
    });
    await world.run(work);
    const refused = world.arrivals.filter((arrival) => arrival.refused);
    console.info(`6 a second: 300 pages, ${refused.length} refusals`);
    expect(world.arrivals.length - refused.length).toBe(300);
    expect(refused.length).toBeLessThan(60);
    const last = refused.at(-1)?.atMs ?? 0;
    expect(last - (world.arrivals[0]?.atMs ?? 0)).toBeLessThan(minute);
  });
});

describe("a refusal for the load quota", () => {
  test("is waited out for 15 minutes by every worker, and the run goes on by itself", async () => {
    let refusedAtMs = 0;
    const world = quotaWorld((_, nowMs) => {
      if (world.arrivals.length < 100) return undefined;
      refusedAtMs ||= nowMs;
      return nowMs < refusedAtMs + 10 * minute ? "load" : undefined;
    });
    await world.run(work);
    const refused = world.arrivals.filter((arrival) => arrival.refused);
    const after = world.arrivals.filter(({ atMs }) => atMs > refusedAtMs + minute);
    expect(refused.length).toBeLessThanOrEqual(15);
    expect(Math.min(...after.map(({ atMs }) => atMs)) - refusedAtMs).toBeGreaterThanOrEqual(
      15 * minute,
    );
    expect(world.arrivals.length - refused.length).toBe(300);
  });

  test("the second time in a row is waited out until Pacific midnight", async () => {
    const noon = Date.parse("2026-01-15T12:00:00-08:00");
    const midnight = Date.parse("2026-01-16T00:00:00-08:00");
    const world = quotaWorld((_, nowMs) => {
      return world.arrivals.length >= 100 && nowMs < midnight ? "load" : undefined;
    }, noon);
    await world.run(work);
    const refused = world.arrivals.filter((arrival) => arrival.refused);
    console.info(`load twice: ${refused.length} refusals in twelve hours`);
    expect(refused.length).toBeLessThanOrEqual(30);
    const afterwards = world.arrivals.filter(({ atMs }) => atMs >= midnight);
    expect(afterwards.length).toBeGreaterThan(150);
  });
});

describe("a refusal for the day", () => {
  test("closes the project for all properties until Pacific midnight, restarts included", async () => {
    const evening = Date.parse("2026-01-15T20:00:00-08:00");
    const midnight = Date.parse("2026-01-16T00:00:00-08:00");
    const world = quotaWorld((_, nowMs) => {
      return world.arrivals.length >= 100 && nowMs < midnight ? "day" : undefined;
    }, evening);
    const running = world.run(work);
    await world.clock.sleep(minute);
    const other = quotaScopes({ siteUrl: "sc-domain:other", accountId: "b", projectId: "test" });
    expect(await world.claimer().claim(other, 1)).toMatchObject({
      scope: "project",
      cause: "closed",
      retryAtMs: midnight,
      reason: expect.stringMatching(/Pacific day/),
    });
    await running;
    const refused = world.arrivals.filter((arrival) => arrival.refused);
    // Grants that workers held when it closed are good for a second.
    expect(refused.length).toBeLessThanOrEqual(30);
    const late = world.arrivals.filter(({ atMs }) => atMs > evening + minute && atMs < midnight);
    expect(late).toEqual([]);
    expect(world.arrivals.length - refused.length).toBe(300);
  });
});

test("a run that wants all it can get sends most of its budget, and never more", async () => {
  const world = quotaWorld(() => undefined);
  await world.run({ ...work, lanes: 25, workers: 5, pages: 9_400 });
  const instants = world.arrivals.map(({ atMs }) => atMs);
  const minutes = ((instants.at(-1) ?? 0) - (instants[0] ?? 0)) / minute;
  const rate = world.arrivals.length / minutes;
  console.info(
    `saturated: ${rate.toFixed(0)} a minute of 940 (${((100 * rate) / 940).toFixed(1)} %), highest minute ${highestMinute(instants)}`,
  );
  expect(highestMinute(instants)).toBeLessThanOrEqual(940);
  expect(rate).toBeGreaterThan(0.93 * 940);
});
