import { describe, expect, test } from "vitest";
import { latencyOf } from "../../sample-search-console/latency.ts";
import { dayQuery, sampleServer, sampleSite } from "./sample-client.ts";

describe("latency", () => {
  const drawn = Array.from({ length: 10_001 }, (_, turn) => latencyOf(1, turn, 200)).sort(
    (a, b) => a - b,
  );

  test("has the median asked for and a long tail", () => {
    expect(Math.abs((drawn[5_000] ?? 0) - 200)).toBeLessThan(10);
    expect(drawn[9_500]).toBeGreaterThan(350);
    expect(drawn[0]).toBeGreaterThan(0);
  });

  test("is the same for the same seed and turn", () => {
    expect(latencyOf(3, 9, 200)).toBe(latencyOf(3, 9, 200));
    expect(latencyOf(3, 9, 200)).not.toBe(latencyOf(4, 9, 200));
  });

  test("holds the answer, not the count", async () => {
    const sample = await sampleServer({ latencyMs: 60_000 });
    const asked = sample.query(sampleSite, dayQuery("2026-05-06")).catch(() => "hung up");
    await expect.poll(() => sample.server.seen().list.length).toBe(1);
    await sample.server.stop();
    expect(await asked).toBe("hung up");
  });
});
