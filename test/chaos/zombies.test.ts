import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TruthServer } from "../support/servers/truth-server.ts";
import { aChaosHome, type ChaosHome } from "./chaos-home.ts";
import { expectWhole, rangeOf, startTruth } from "./world.ts";

const site = "sc-domain:zombie.example";
const points = ["mid-upsert", "rows-before-pointer", "pointer-before-ledger"] as const;

describe("workers that stop for longer than their lease and then go on", () => {
  let server: TruthServer;
  let home: ChaosHome;

  beforeAll(async () => {
    server = await startTruth();
    home = await aChaosHome({ GSC_API_ROOT_URL: server.url });
  });
  afterAll(async () => {
    await home.remove();
    await server.stop();
  });

  test("change nothing that others see", { timeout: 300_000 }, async () => {
    for (const point of points) home.arm(point, "stop");
    const shape = ["--concurrency", "3", "--batch-size", "3", "--json"];
    const run = home.start("backfill", ...rangeOf(site), ...shape);
    const stopped = await Promise.all(points.map((point) => home.hit(point, "stop")));
    expect(new Set(stopped).size).toBe(points.length);
    // A lease is 20 s. Their successors are at work, or done, when they come back.
    await delay(22_000);
    for (const pid of stopped) process.kill(pid, "SIGCONT");
    await expectWhole(home, server, site, await run.finished);
    // What a zombie still does, it does within a request's patience.
    await delay(2_000);
    const again = await home.run("resume", (await run.finished).json.runId, "--json");
    await expectWhole(home, server, site, again);
  });
});
