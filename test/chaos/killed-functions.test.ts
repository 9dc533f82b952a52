import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recentDays } from "../support/recent-days.ts";
import { startTruthServer, type TruthServer } from "../support/truth-server.ts";
import { difference, noDifference, rowsOf, truthRows } from "../support/visible-rows.ts";
import { aChaosHome } from "./chaos-home.ts";
import { coordinatorPoints, workerPoints } from "./sabotage-points.ts";

/** One day of two pages, one of two chunks, and small ones. */
const sizes = [40, 25_001, 0, 3_500, 1, ...Array.from({ length: 9 }, (_, index) => 20 + index)];
const dates = recentDays(sizes.length);
const [from = "", to = ""] = [dates[0], dates.at(-1)];
const sites = ["a", "b", "c"].map((name) => `sc-domain:${name}.example`);
const points = [...workerPoints, ...coordinatorPoints];

describe("functions killed at every point between two writes", () => {
  let server: TruthServer;

  beforeAll(async () => {
    server = await startTruthServer({
      days: Object.fromEntries(dates.map((date, index) => [date, sizes[index] ?? 0])),
      latencyMs: 30,
    });
  });
  afterAll(() => server.stop());

  test.concurrent.each([1, 3, 5])(
    "at concurrency %i: every run ends complete, with the server's rows",
    { timeout: 400_000 },
    async (concurrency) => {
      const home = await aChaosHome({ GSC_API_ROOT_URL: server.url });
      try {
        for (const point of points) home.arm(point);
        const runs = sites.map((site) =>
          home.run(
            ...["backfill", "--site-url", site, "--from", from, "--to", to],
            ...["--concurrency", String(concurrency), "--batch-size", "4", "--json"],
          ),
        );
        const ended = await Promise.all(runs);
        expect(home.left(points)).toEqual([]);
        for (const [index, { code, json, stderr }] of ended.entries()) {
          expect(`${code} ${json?.status} ${code === 0 ? "" : stderr}`).toBe("0 complete ");
          expect(json.units).toMatchObject({ planned: sizes.length, complete: sizes.length });
          const range = ["--site-url", sites[index] ?? "", "--from", from, "--to", to];
          const rows = await rowsOf(home, range);
          expect(difference(rows, truthRows(server, dates))).toEqual(noDifference);
        }
        // Each of the six dead workers had at most five units under way, one of them of two pages.
        const pages = sites.length * (sizes.length + 1);
        const requests = ended.reduce((sum, { json }) => sum + json.requests, 0);
        expect(requests).toBeLessThanOrEqual(pages + workerPoints.length * 6);
      } finally {
        await home.remove();
      }
    },
  );
});
