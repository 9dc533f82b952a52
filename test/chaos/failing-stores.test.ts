import { describe, expect, test } from "vitest";
import { startPostgresServer } from "../support/postgres/postgres-server.ts";
import { aChaosHome } from "./chaos-home.ts";
import { startCuttingProxy } from "./cutting-proxy.ts";
import { startFailingDynamo } from "./failing-dynamo.ts";
import { dynamoProxyVariable } from "./sabotage-points.ts";
import { expectWhole, pages, rangeOf, startTruth } from "./world.ts";

const shape = ["--concurrency", "3", "--batch-size", "4", "--json"];

describe("a run goes on to its end", () => {
  test("while DynamoDB throttles and swallows answers", { timeout: 200_000 }, async () => {
    const site = "sc-domain:throttled.example";
    const dynamo = await startFailingDynamo();
    const server = await startTruth();
    const home = await aChaosHome({
      GSC_API_ROOT_URL: server.url,
      [dynamoProxyVariable]: dynamo.url,
    });
    try {
      const { json } = await home.run("resources", "--json");
      dynamo.standBefore(json.dynamoEndpoint);
      const run = await home.run("backfill", ...rangeOf(site), ...shape);
      await expectWhole(home, server, site, run);
      expect(dynamo.made.throttled).toBeGreaterThan(15);
      expect(dynamo.made.swallowed).toBeGreaterThan(15);
      // A grant whose answer was swallowed is claimed anew, never used twice.
      expect(server.seen.length).toBe(pages);
    } finally {
      await home.remove();
      await server.stop();
      await dynamo.stop();
    }
  });

  test("while connections to Postgres are cut", { timeout: 200_000 }, async () => {
    const site = "sc-domain:cut.example";
    const postgres = await startPostgresServer();
    const proxy = await startCuttingProxy(postgres.url, 300);
    const server = await startTruth();
    const home = await aChaosHome({
      GSC_API_ROOT_URL: server.url,
      GSC_SYNC_POSTGRES_URL: proxy.url,
    });
    try {
      proxy.cut();
      const run = await home.run("backfill", ...rangeOf(site), ...shape);
      proxy.calm();
      await expectWhole(home, server, site, run);
      expect(proxy.cuts()).toBeGreaterThan(3);
    } finally {
      await home.remove();
      await server.stop();
      await proxy.stop();
      await postgres.stop();
    }
  });
});
