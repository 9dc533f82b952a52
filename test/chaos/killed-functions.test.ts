import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TruthServer } from "../support/servers/truth-server.ts";
import { aChaosHome } from "./chaos-home.ts";
import { coordinatorPoints, workerPoints } from "./sabotage-points.ts";
import { expectWhole, pages, rangeOf, startTruth } from "./world.ts";

const sites = ["a", "b", "c"].map((name) => `sc-domain:${name}.example`);
/** The others belong to `npm run test:chaos`. */
const concurrencies = process.env.GSC_SYNC_CHAOS ? [1, 3, 5] : [3];
const points = [...workerPoints, ...coordinatorPoints];

describe("functions killed at every point between two writes", () => {
  let server: TruthServer;

  beforeAll(async () => {
    server = await startTruth();
  });
  afterAll(() => server.stop());

  test.concurrent.each(concurrencies)(
    "at concurrency %i: every run ends complete, with the server's rows",
    { timeout: 400_000 },
    async (concurrency) => {
      const home = await aChaosHome({ GSC_API_ROOT_URL: server.url });
      try {
        for (const point of points) home.arm(point);
        const shape = ["--concurrency", String(concurrency), "--batch-size", "4", "--json"];
        const ended = await Promise.all(
          sites.map((site) => home.run("backfill", ...rangeOf(site), ...shape)),
        );
        expect(home.left(points)).toEqual([]);
        for (const [index, each] of ended.entries()) {
          await expectWhole(home, server, sites[index] ?? "", each);
        }
        // Each of the dead workers had at most five units under way, one of them of two pages.
        const requests = ended.reduce((sum, { json }) => sum + json.requests, 0);
        expect(requests).toBeLessThanOrEqual(sites.length * pages + workerPoints.length * 6);
      } finally {
        await home.remove();
      }
    },
  );
});
