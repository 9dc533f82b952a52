import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestHome } from "../support/homes/cli.ts";
import { aKeptHome } from "../support/homes/kept-home.ts";
import { recentDays } from "../support/samples/recent-days.ts";
import { startTruthServer, type TruthServer } from "../support/servers/truth-server.ts";
import { waitUntil } from "../support/wait-until.ts";

const siteUrl = "sc-domain:example.com";
const dates = recentDays(60);
const [from = "", to = ""] = [dates[0], dates.at(-1)];

describe("the lever", () => {
  let server: TruthServer;
  let home: TestHome;

  beforeAll(async () => {
    server = await startTruthServer({
      days: Object.fromEntries(dates.map((date, index) => [date, 20 + index])),
      holdAfter: 24,
    });
    home = await aKeptHome({ GSC_API_ROOT_URL: server.url });
  });
  afterAll(async () => {
    await home.remove();
    await server.stop();
  });

  test("moved to 0 stops a running run within seconds, raised again lets it go on", async () => {
    const range = ["--site-url", siteUrl, "--from", from, "--to", to];
    const run = home.start("backfill", ...range, "--concurrency", "2", "--json");
    await waitUntil("the server holds requests", () => server.seen.length > 24);

    const stopped = await home.run("lever", "--set", "0", "--qpm", "600", "--yes", "--json");
    expect(stopped.code).toBe(0);
    expect(stopped.json).toEqual({
      lever: 0,
      inFlight: 10,
      queueSize: 1_000,
      qpm: 600,
      properties: {},
      accounts: {},
    });
    server.release();
    const waiting = await waitUntil("the run waits", async () => {
      const { json } = await home.run("status", "--json");
      return json.runs[0].status === "waiting" && json.runs[0];
    });
    expect(waiting.reason).toMatch(/lever is at 0/);
    const sent = server.seen.length;
    expect(sent).toBeLessThan(60);
    await delay(2_000);
    expect(server.seen.length).toBe(sent);

    const { json } = await home.run("quota", "--json");
    expect(server.seen.length).toBe(sent);
    const scopes = json.scopes.map((each: { scope: string; id: string }) => each.scope);
    expect(scopes).toEqual(["property", "account", "project"]);
    // On a slow machine some grants lapse before they are used: they stay counted.
    expect(json.scopes[0].used).toBeGreaterThanOrEqual(sent);
    expect(json.scopes[0]).toEqual({
      scope: "property",
      id: siteUrl,
      used: expect.any(Number),
      budget: 600,
      limit: 1_200,
      closedUntil: null,
      reason: null,
    });

    await home.run("lever", "--set", "5", "--yes");
    const ended = await run.finished;
    expect(ended.json).toMatchObject({ status: "complete", units: { complete: 60 } });
  });

  test("sets a property's and an account's budget and limit", async () => {
    await home.run("lever", "--site-url", siteUrl, "--qpm", "50", "--limit", "60", "--yes");
    const set = await home.run("lever", "--account-id", "main", "--qpm", "70", "--yes", "--json");
    expect(set.json).toMatchObject({
      properties: { [siteUrl]: { qpm: 50, limit: 60 } },
      accounts: { main: { qpm: 70 } },
    });
    const shown = await home.run("lever");
    expect(shown.stdout).toContain(siteUrl);
    expect(shown.stdout).toContain("Google's limit 60");
    const { json } = await home.run("quota", "--json");
    expect(json.scopes[0]).toMatchObject({ budget: 50, limit: 60 });
  });

  test("forgets what was set", async () => {
    const forget = ["--qpm", "default", "--yes", "--json"];
    const one = await home.run("lever", "--site-url", siteUrl, "--limit", "default", ...forget);
    expect(one.json.properties).toEqual({});
    expect((await home.run("lever", ...forget)).json.qpm).toBe(940);
  });

  test.each([
    [["--set", "1"]],
    [["--set", "6", "--yes"]],
    [["--limit", "60", "--yes"]],
    [["--site-url", siteUrl, "--yes"]],
    [["--site-url", siteUrl, "--account-id", "main", "--qpm", "5", "--yes"]],
    [["--qpm", "0", "--yes"]],
    [["--qpm", "defaults", "--yes"]],
  ])("without a terminal is not moved by %j", async (args) => {
    const refused = await home.run("lever", ...args);
    expect(refused.code).toBe(2);
    expect(refused.stderr.trim().split("\n")).toHaveLength(1);
    expect(refused.stdout).toBe("");
  });
});
