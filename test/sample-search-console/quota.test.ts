import { describe, expect, test } from "vitest";
import { createRollingMinute } from "../../sample-search-console/rolling-minute.ts";
import { dayQuery, noonMs, sampleServer, sampleSite } from "./sample-client.ts";

const small = "https://small.example/";

describe("the rolling minute", () => {
  test("counts an arrival for 60,000 ms and not one more", () => {
    const minute = createRollingMinute();
    minute.arrive("a", 1_000);
    expect(minute.count("a", 60_999)).toBe(1);
    expect(minute.count("a", 61_000)).toBe(0);
  });

  test("keeps properties apart", () => {
    const minute = createRollingMinute();
    minute.arrive("a", 0);
    expect(minute.arrive("b", 0)).toBe(1);
  });
});

describe("the quota", () => {
  test("refuses what comes above it within 60 seconds, then grants again", async () => {
    let nowMs = noonMs;
    const sample = await sampleServer({ qpm: 3, nowMs: () => nowMs });
    const ask = async () => (await sample.query(sampleSite, dayQuery("2026-05-06"))).status;
    expect(await ask()).toBe(200);
    nowMs += 30_000;
    expect([await ask(), await ask()]).toEqual([200, 200]);
    expect([await ask(), await ask()]).toEqual([403, 429]);
    nowMs += 29_999;
    expect(await ask()).toBe(403);
    nowMs += 1;
    expect([await ask(), await ask()]).toEqual([200, 429]);
  });

  test("is each property's own", async () => {
    const sample = await sampleServer({ qpm: 1 });
    await sample.query(sampleSite, dayQuery("2026-05-06"));
    expect((await sample.query(small, dayQuery("2026-05-06"))).status).toBe(200);
  });

  test("refuses in Google's words", async () => {
    const sample = await sampleServer({ qpm: 1 });
    await sample.query(sampleSite, dayQuery("2026-05-06"));
    const first = await sample.query(sampleSite, dayQuery("2026-05-06"));
    const second = await sample.query(sampleSite, dayQuery("2026-05-06"));
    expect(first.error?.errors[0]).toEqual({ domain: "usageLimits", reason: "quotaExceeded" });
    expect(second.error?.errors[0]).toEqual({ domain: "usageLimits", reason: "rateLimitExceeded" });
  });
});

describe("what was seen", () => {
  test("counts requests, refusals and the highest rolling minute, per property", async () => {
    let nowMs = noonMs;
    const sample = await sampleServer({ qpm: 2, nowMs: () => nowMs });
    for (let turn = 0; turn < 3; turn += 1) await sample.query(sampleSite, dayQuery("2026-05-06"));
    nowMs += 60_000;
    await sample.query(sampleSite, dayQuery("2026-05-07", { startRow: 5 }));
    await sample.query(small, dayQuery("2026-05-06"));
    const seen = sample.server.seen();
    expect(seen.requests).toBe(5);
    expect(seen.refusals).toBe(1);
    expect(seen.properties).toEqual({
      [sampleSite]: { requests: 4, refusals: 1, highestRollingMinute: 3 },
      [small]: { requests: 1, refusals: 0, highestRollingMinute: 1 },
    });
    expect(seen.list.map((one) => one.status)).toEqual([200, 200, 403, 200, 200]);
    expect(seen.list[3]).toEqual({
      siteUrl: sampleSite,
      date: "2026-05-07",
      startRow: 5,
      atMs: noonMs + 60_000,
      status: 200,
    });
  });

  test("does not count the truth, which is never refused", async () => {
    const sample = await sampleServer({ qpm: 1 });
    await sample.query(sampleSite, dayQuery("2026-05-06"));
    expect((await sample.truth(sampleSite, "2026-05-06")).status).toBe(200);
    expect(sample.server.seen().requests).toBe(1);
  });
});
