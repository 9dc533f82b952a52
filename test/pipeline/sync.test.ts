import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addDays, pacificDateAt } from "../../shared/request/pacific-date.ts";
import {
  type GatedSearchConsole,
  startGatedSearchConsole,
} from "../support/fakes/gated-search-console.ts";
import type { TestHome } from "../support/homes/cli.ts";
import { aKeptHome } from "../support/homes/kept-home.ts";
import {
  startTokenServer,
  type TokenServer,
  writeJson,
  writeSignIn,
} from "../support/servers/token-server.ts";
import { waitUntil } from "../support/wait-until.ts";

const day = (ago: number) => addDays(pacificDateAt(Date.now()), -ago);
const days = (from: number, to: number) =>
  Array.from({ length: from - to + 1 }, (_, index) => day(from - index));

describe("two accounts that refresh, ten properties, one forbidden and one broken", () => {
  let server: GatedSearchConsole;
  let tokens: TokenServer;
  let home: TestHome;
  const folder = mkdtempSync(join(tmpdir(), "gsc-sync-accounts-"));
  const site = (index: number) => `sc-domain:p${index}.example`;
  const accountOf = (index: number) => (index < 5 ? "seo" : "blog");

  beforeAll(async () => {
    tokens = await startTokenServer({ delayMs: 50 });
    server = await startGatedSearchConsole({
      gate({ token, siteUrl, date }) {
        const index = Number(/p(\d+)/.exec(siteUrl)?.[1]);
        if (!token.includes(accountOf(index))) return { status: 401, reason: "authError" };
        // The first token of each account has been revoked, as far as this server knows.
        const ofAccount = tokens.given.filter((given) => given.includes(accountOf(index)));
        if (token === ofAccount[0]) return { status: 401, reason: "authError" };
        if (index === 3) return { status: 403, reason: "forbidden" };
        if (index === 7 && date !== "") return { status: 400, reason: "invalidParameter" };
        return undefined;
      },
    });
    home = await aKeptHome({ GSC_API_ROOT_URL: server.url });
    writeSignIn(folder, "seo", tokens.url);
    writeSignIn(folder, "blog", tokens.url);
    const file = writeJson(folder, "registry", {
      accounts: {
        seo: { file: join(folder, "seo.json") },
        blog: { file: join(folder, "blog.json") },
      },
      properties: Array.from({ length: 10 }, (_, index) => ({
        siteUrl: site(index),
        accountId: accountOf(index),
      })),
    });
    const added = await home.run("properties", "add", "--from", file, "--json");
    expect(added.stderr).toBe("");
    expect(added.json.properties).toHaveLength(10);
  });

  afterAll(async () => {
    await home.remove();
    await server.stop();
    await tokens.stop();
    rmSync(folder, { recursive: true });
  });

  test("end as they should: no property stops another", async () => {
    const { code, json } = await home.run("sync", "--json");
    const ends = json.properties.map(
      ({ siteUrl, accountId, status }: Record<string, string>) =>
        `${siteUrl} ${accountId} ${status}`,
    );
    expect(ends).toEqual([
      "sc-domain:p0.example seo complete",
      "sc-domain:p1.example seo complete",
      "sc-domain:p2.example seo complete",
      "sc-domain:p3.example seo failed",
      "sc-domain:p4.example seo complete",
      "sc-domain:p5.example blog complete",
      "sc-domain:p6.example blog complete",
      "sc-domain:p7.example blog completed_with_failures",
      "sc-domain:p8.example blog complete",
      "sc-domain:p9.example blog complete",
    ]);
    expect(code).toBe(1);
    expect(json.ok).toBe(false);
    expect(json.properties[3].reason).toMatch(/HTTP 403 \(forbidden\)/);
    const rows = json.properties.map(({ run }: { run: { rows: number } }) => run.rows);
    expect(rows).toEqual([30, 30, 30, 0, 30, 30, 30, 0, 30, 30]);
  });

  test("each account was asked for a token once a worker and refusal, not once a request", () => {
    const perAccount = ["seo", "blog"].map(
      (account) => tokens.given.filter((token) => token.includes(account)).length,
    );
    for (const count of perAccount) {
      expect(count).toBeGreaterThanOrEqual(2);
      // Five workers at most, each with a token of its own and at most one that was refused.
      expect(count).toBeLessThanOrEqual(10);
    }
    expect(server.seen.length).toBeGreaterThan(80);
  });

  test("the forbidden one is quarantined, shown, skipped, and read again once it is resumed", async () => {
    const { json: status } = await home.run("status", "--json");
    expect(status.quarantined).toMatchObject([{ siteUrl: site(3), status: "quarantined" }]);
    const { json: listed } = await home.run("properties", "list", "--json");
    expect(listed.properties[3]).toMatchObject({ siteUrl: site(3), status: "quarantined" });
    expect(listed.properties[7]).toMatchObject({ siteUrl: site(7), status: "active" });
    const shown = await home.run("properties", "list");
    expect(shown.stdout).toMatch(
      /✖ sc-domain:p3\.example is quarantined since .*forbidden.*gsc-sync properties resume sc-domain:p3\.example/,
    );

    const alone = await home.run("sync", "--site-url", site(3));
    expect(alone.code).toBe(2);
    expect(alone.stderr).toMatch(
      /^gsc-sync: sc-domain:p3\.example is not synced: .*quarantined.*\n$/,
    );

    server.seen.length = 0;
    const resumed = await home.run("properties", "resume", site(3), "--json");
    expect(resumed.json.properties).toMatchObject([{ status: "active", reason: null }]);
    const again = await home.run("sync", "--site-url", site(3), "--json");
    expect(again.code).toBe(1);
    expect(server.seen.every(({ siteUrl }) => siteUrl === site(3))).toBe(true);
    expect(server.seen.length).toBeGreaterThan(0);
  });
});

describe("a day that Google revises while it is not final", () => {
  let server: GatedSearchConsole;
  let home: TestHome;
  const site = "sc-domain:example.com";

  beforeAll(async () => {
    server = await startGatedSearchConsole({ gate: () => undefined });
    home = await aKeptHome({ GSC_API_ROOT_URL: server.url });
    await home.run("properties", "add", "--site-url", site);
  });
  afterAll(async () => {
    await home.remove();
    await server.stop();
  });

  async function night(revision: number, incompleteFrom: string | undefined) {
    server.revise(revision, incompleteFrom);
    const { code, json } = await home.run("sync", "--json");
    expect(code).toBe(0);
    expect(json.properties).toMatchObject([{ siteUrl: site, status: "complete" }]);
    return server.seen.map(({ date }) => date).sort();
  }

  test("is read again until it is final, and then left alone", { timeout: 180_000 }, async () => {
    expect(await night(1, day(6))).toEqual(days(10, 1));
    expect(await night(2, day(6))).toEqual(days(6, 1));
    expect(await night(3, day(2))).toEqual(days(6, 1));
    expect(await night(4, day(2))).toEqual(days(2, 1));
    const { json } = await home.run(
      ...["units", "--site-url", site, "--from", day(10), "--to", day(1), "--json"],
    );
    const history = json.units.map(({ final }: { final: boolean }) => final);
    expect(history).toEqual([...Array(8).fill(true), false, false]);
    const { json: clicks } = await home.run(
      ...["sql", "select date, max(clicks) as clicks from search_rows group by date order by date"],
      "--json",
    );
    expect(clicks.rows.map((row: { clicks: number }) => row.clicks)).toEqual([
      ...[1, 1, 1, 1],
      ...[3, 3, 3, 3],
      ...[4, 4],
    ]);
  });
});

describe("a sync", () => {
  let server: GatedSearchConsole;
  let home: TestHome;

  beforeAll(async () => {
    server = await startGatedSearchConsole({ gate: () => undefined });
    home = await aKeptHome({ GSC_API_ROOT_URL: server.url });
  });
  afterAll(async () => {
    await home.remove();
    await server.stop();
  });

  /** A sync while a backfill of the days 30 to 4 ago waits for its quota. */
  async function syncBeside(site: string, ...more: readonly string[]) {
    server.seen.length = 0;
    const range = ["--site-url", site, "--from", day(30), "--to", day(4)];
    const backfill = home.start("backfill", ...range, "--qpm", "1", "--force", ...more, "--json");
    await waitUntil("the backfill reads", () => server.seen.length > 0);
    const { code, json } = await home.run("sync", "--site-url", site, "--json");
    const { json: status } = await home.run("status", "--json");
    const { runId } = status.runs.find(({ from }: { from: string }) => from === day(30));
    await home.run("halt", runId);
    expect((await backfill.finished).json.status).toBe("halted");
    return { code, properties: json.properties, runId };
  }

  test("of no property says how to register one", async () => {
    const { code, stderr } = await home.run("sync");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^gsc-sync: no property is registered: gsc-sync properties add .*\n$/);
  });

  test("beside a backfill of its property takes another night", async () => {
    const { code, properties, runId } = await syncBeside("sc-domain:a.example");
    expect(code).toBe(0);
    expect(properties).toMatchObject([
      { status: "skipped", reason: `run ${runId} is reading it`, run: null },
    ]);
  });

  test("beside one that keeps the auto sync reads the days outside its range", async () => {
    const { code, properties, runId } = await syncBeside("sc-domain:b.example", "--keep-auto-sync");
    expect(code).toBe(0);
    expect(properties).toMatchObject([
      {
        status: "complete",
        reason: `run ${runId} fetches its other days`,
        run: { from: day(3), to: day(1), units: { complete: 3 }, rows: 9 },
      },
    ]);
    const read = server.seen.map(({ date }) => date).filter((date) => date > day(4));
    expect(read.sort()).toEqual(days(3, 1));
  });
});

test("a report that was changed under its id stops its property's sync alone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gsc-sync-changed-"));
  const configure = (dimensions: readonly string[]) =>
    writeJson(folder, "config", { reports: [{ id: "mine", dimensions }] });
  const server = await startGatedSearchConsole({ gate: () => undefined });
  const home = await aKeptHome({
    GSC_API_ROOT_URL: server.url,
    GSC_SYNC_CONFIG: configure(["page", "query"]),
  });
  await home.run("properties", "add", "sc-domain:a.example", "--report", "mine");
  await home.run("properties", "add", "sc-domain:b.example");
  expect((await home.run("sync", "--json")).code).toBe(0);
  server.seen.length = 0;

  configure(["query", "page", "device"]);
  const { code, json } = await home.run("sync", "--json");
  expect(code).toBe(1);
  expect(json.properties).toMatchObject([
    {
      siteUrl: "sc-domain:a.example",
      status: "failed",
      reason: expect.stringMatching(/^report mine is stored in another shape .* another id$/),
      run: null,
    },
    { siteUrl: "sc-domain:b.example", status: "complete" },
  ]);
  expect(new Set(server.seen.map(({ siteUrl }) => siteUrl))).toEqual(
    new Set(["sc-domain:b.example"]),
  );
  await home.remove();
  await server.stop();
  rmSync(folder, { recursive: true });
});
