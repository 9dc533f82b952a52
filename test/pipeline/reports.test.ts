import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import {
  type SampleSearchConsole,
  startSampleSearchConsole,
} from "../../sample-search-console/sample-search-console.ts";
import { searchTypes } from "../../shared/request/report.ts";
import type { TestHome } from "../support/homes/cli.ts";
import { aKeptHome } from "../support/homes/kept-home.ts";
import { recentDays } from "../support/samples/recent-days.ts";

const site = "sc-domain:sample.example";
const dates = recentDays(3);
const range = ["--site-url", site, "--from", dates[0] ?? "", "--to", dates.at(-1) ?? ""];

const shapes: Readonly<Record<string, readonly string[]>> = {
  pages_of: ["page"],
  countries_of: ["country"],
  page_country_of: ["country", "page"],
  appearances_of: ["searchAppearance"],
  totals_of: [],
};

/** Five reports of each search type. */
const reports = searchTypes.flatMap((searchType) =>
  Object.entries(shapes).map(([name, dimensions]) => ({
    id: `${name}_${searchType.toLowerCase()}`,
    searchType,
    dimensions,
  })),
);

const filters = [{ dimension: "query", operator: "contains", expression: "boots" }];
const boots = {
  id: "boots",
  dimensions: ["query", "device"],
  dimensionFilterGroups: [{ filters }],
};

const columns = ["page", "query", "country", "device", "search_appearance", "hour"] as const;
const columnOf: Readonly<Record<string, (typeof columns)[number]>> = {
  page: "page",
  query: "query",
  country: "country",
  device: "device",
  searchAppearance: "search_appearance",
};

const TruthSchema = z.object({
  rows: z.array(
    z.object({
      keys: z.array(z.string()),
      clicks: z.number(),
      impressions: z.number(),
      ctr: z.number(),
      position: z.number(),
    }),
  ),
});

describe("all search types, five reports of each, in one run", () => {
  let server: SampleSearchConsole;
  let folder: string;
  let configuration: string;
  let home: TestHome;

  beforeAll(async () => {
    server = await startSampleSearchConsole();
    folder = await mkdtemp(join(tmpdir(), "gsc-sync-config-"));
    configuration = join(folder, "gsc-sync.config.json");
    await configure([...reports, boots]);
    home = await aKeptHome({ GSC_API_ROOT_URL: server.url, GSC_SYNC_CONFIG: configuration });
  });

  afterAll(async () => {
    await server.stop();
    await home.remove();
    await rm(folder, { recursive: true });
  });

  const configure = (configured: readonly object[]) =>
    writeFile(configuration, JSON.stringify({ reports: configured }));

  const asked = [...range, ...reports.flatMap(({ id }) => ["--report", id])];

  /** What is stored, report by report: a line a row, sorted. */
  async function stored(): Promise<ReadonlyMap<string, readonly string[]>> {
    const text = `select report, date::text as date, search_type, ${columns.join(", ")},
      clicks, impressions, ctr, position from search_rows`;
    const { json, stderr } = await home.run("sql", text, "--json");
    if (json === undefined) throw new Error(stderr);
    const rows = z.array(z.looseObject({ report: z.string() })).parse(json.rows);
    const lines = rows.map(({ report, ...row }) => ({ report, line: JSON.stringify(row) }));
    return new Map(
      [...Map.groupBy(lines, ({ report }) => report)].map(([report, found]) => [
        report,
        found.map(({ line }) => line).sort(),
      ]),
    );
  }

  async function storedRows(report: string): Promise<readonly string[]> {
    return (await stored()).get(report) ?? [];
  }

  /** The server's truth in the same form. */
  async function trueRows(
    searchType: string,
    dimensions: readonly string[],
    dimensionFilterGroups: readonly object[] = [],
  ): Promise<readonly string[]> {
    const lines = dates.map(async (date) => {
      const query = new URLSearchParams({
        siteUrl: site,
        date,
        searchType,
        dimensions: dimensions.join(","),
        dimensionFilterGroups: JSON.stringify(dimensionFilterGroups),
      });
      const answer = await fetch(`${server.url}/sample/truth?${query}`);
      return TruthSchema.parse(await answer.json()).rows.map((row) => {
        const { keys, ...figures } = row;
        const values = Object.fromEntries(
          dimensions.map((dimension, index) => [columnOf[dimension], keys[index]]),
        );
        const cells = columns.map((column) => [column, values[column] ?? null]);
        return JSON.stringify({
          date,
          search_type: searchType,
          ...Object.fromEntries(cells),
          ...figures,
        });
      });
    });
    return (await Promise.all(lines)).flat().sort();
  }

  function expectSame(report: string, stored: readonly string[], truth: readonly string[]): void {
    expect(truth.length).toBeGreaterThan(0);
    // As text: a diff of lists this long takes minutes.
    expect([report, stored.length, stored.join("\n") === truth.join("\n")]).toEqual([
      report,
      truth.length,
      true,
    ]);
  }

  test("sends what the dry run said, which itself sends nothing", async () => {
    const estimate = await home.run("backfill", ...asked, "--dry-run", "--json");
    expect(estimate.code).toBe(0);
    expect(server.seen().requests).toBe(0);
    expect(estimate.json).toMatchObject({
      dryRun: true,
      requests: 90,
      requestsExact: false,
      units: { planned: 90, skipped: 0 },
      minutes: 0.1,
      costUsd: 0,
    });
    expect(estimate.json.rows).toBeGreaterThan(0);

    const run = await home.run("backfill", ...asked, "--json");
    expect(run.stderr).not.toMatch(/error/i);
    expect(run.json).toMatchObject({
      status: "complete",
      requests: estimate.json.requests,
      units: { planned: 90, complete: 90 },
    });
    expect(server.seen().requests).toBe(estimate.json.requests);
  });

  test("stores of each report what the server has, and nothing else", async () => {
    const rows = await stored();
    expect([...rows.keys()].sort()).toEqual(reports.map(({ id }) => id).sort());
    for (const { id, searchType, dimensions } of reports) {
      expectSame(id, rows.get(id) ?? [], await trueRows(searchType, dimensions));
    }
  });

  test("rows of several reports are said to be that, and those of one are not", async () => {
    const mixed = await home.run("rows", ...range, "--json");
    expect(mixed.stderr).toMatch(
      /^there are rows of 30 reports \(.*\), which count the same clicks/m,
    );
    const one = await home.run("rows", ...range, "--report", "totals_of_web", "--json");
    expect([one.stderr, one.json]).toEqual(["", { rows: dates.length }]);
  });

  test("skips what is final: the dry run says so, and is exact with --force", async () => {
    const again = await home.run("backfill", ...asked, "--dry-run", "--json");
    expect(again.json).toMatchObject({ requests: 0, units: { planned: 0, skipped: 90 } });
    const forced = await home.run("backfill", ...asked, "--dry-run", "--force", "--json");
    expect(forced.json).toMatchObject({ requests: 90, requestsExact: true });
  });

  test("two steps by search appearance: exact once the day's appearances are known", async () => {
    const twoSteps = [...range, "--report", "search_appearance_pages", "--json"];
    const fresh = await home.run("backfill", ...twoSteps, "--dry-run");
    expect(fresh.json).toMatchObject({ requests: dates.length, requestsExact: false });
    const first = await home.run("backfill", ...twoSteps);
    expect(first.json.status).toBe("complete");
    expect(first.json.requests).toBeGreaterThan(dates.length);
    expectSame(
      "search_appearance_pages",
      await storedRows("search_appearance_pages"),
      await trueRows("web", ["searchAppearance", "page"]),
    );

    const known = await home.run("backfill", ...twoSteps, "--dry-run", "--force");
    expect(known.json).toMatchObject({ requestsExact: true, requests: first.json.requests });
    const before = server.seen().requests;
    const second = await home.run("backfill", ...twoSteps, "--force");
    expect(second.json.requests).toBe(known.json.requests);
    expect(server.seen().requests - before).toBe(known.json.requests);
  });

  test("a filtered report of the configuration holds what passes its filter", async () => {
    const run = await home.run("backfill", ...range, "--report", "boots", "--json");
    expect(run.json).toMatchObject({ status: "complete", reports: ["boots"] });
    const truth = await trueRows("web", boots.dimensions, boots.dimensionFilterGroups);
    expect(truth.length).toBeGreaterThan(20);
    expectSame("boots", await storedRows("boots"), truth);
  });

  test("a report that was changed under its id is refused, and nothing is sent or mixed", async () => {
    const before = { seen: server.seen().requests, rows: await storedRows("boots") };
    await configure([{ ...boots, dimensions: ["query"] }]);
    for (const more of [[], ["--force"], ["--dry-run"]]) {
      const run = await home.run("backfill", ...range, "--report", "boots", ...more);
      expect([run.code, run.stdout]).toEqual([2, ""]);
      expect(run.stderr).toMatch(
        /^gsc-sync: report boots is stored in another shape \(.* and perhaps other days\): give the changed report another id$/m,
      );
    }
    expect(server.seen().requests).toBe(before.seen);
    expect((await storedRows("boots")).join("\n") === before.rows.join("\n")).toBe(true);
  });
});
