import { describe, expect, test } from "vitest";
import {
  dayQuery,
  filterBy,
  largeSite,
  noonMs,
  sampleServer,
  sampleSite,
} from "./sample-client.ts";

describe("paging", () => {
  test("gives 1,000 rows by default, from row 0", async () => {
    const sample = await sampleServer();
    const { rows } = await sample.query(largeSite, dayQuery("2026-05-09"));
    const truth = await sample.truth(largeSite, "2026-05-09");
    expect(rows).toEqual(truth.rows?.slice(0, 1_000));
  });

  test("pages together are the whole day, each row once", async () => {
    const sample = await sampleServer();
    const pages = await Promise.all(
      [0, 400, 800, 1_200].map((startRow) =>
        sample.query(sampleSite, dayQuery("2026-05-06", { rowLimit: 400, startRow })),
      ),
    );
    const truth = await sample.truth(sampleSite, "2026-05-06");
    expect(truth.rowCount).toBeGreaterThan(800);
    expect(pages.flatMap((page) => page.rows ?? [])).toEqual(truth.rows);
  });

  test("an offset past the end is a success without a rows key", async () => {
    const sample = await sampleServer();
    const answer = await sample.query(sampleSite, dayQuery("2026-05-06", { startRow: 25_000 }));
    expect(answer.status).toBe(200);
    expect(answer).not.toHaveProperty("rows");
    expect(answer.responseAggregationType).toBe("byPage");
  });

  test.each([
    ["rowLimit above 25,000", { rowLimit: 25_001 }],
    ["rowLimit 0", { rowLimit: 0 }],
    ["a negative startRow", { startRow: -1 }],
    ["a date that is none", { startDate: "2026-02-30" }],
    ["a range that ends before it starts", { endDate: "2026-05-01" }],
    ["an unknown dimension", { dimensions: ["colour"] }],
    ["a dimension twice", { dimensions: ["page", "page"] }],
    ["an unknown field", { pageToken: "x" }],
    ["a filter group without filters", { dimensionFilterGroups: [{}] }],
    ["a filter by date", filterBy("date", "2026-05-06")],
    ["a filter that is no regular expression", filterBy("query", "a(", "includingRegex")],
    ["query for discover", { type: "discover" }],
    [
      "a filter by query for discover",
      { type: "discover", dimensions: [], ...filterBy("query", "a") },
    ],
    ["device for discover", { type: "discover", dimensions: ["device"] }],
    ["query for googleNews", { type: "googleNews" }],
    ["an appearance beside a dimension", { dimensions: ["searchAppearance", "page"] }],
    ["an hour of final data", { dimensions: ["hour"] }],
    ["hourly data without the hour", { dataState: "hourly_all" }],
    ["byProperty with page", { aggregationType: "byProperty" }],
    [
      "byProperty with a filter by page",
      { aggregationType: "byProperty", dimensions: [], ...filterBy("page", "x") },
    ],
    ["byNewsShowcasePanel without its filter", { aggregationType: "byNewsShowcasePanel" }],
  ])("%s is 400 in Google's shape", async (_name, more) => {
    const sample = await sampleServer();
    const answer = await sample.query(sampleSite, dayQuery("2026-05-06", more));
    expect(answer.status).toBe(400);
    expect(answer.error?.code).toBe(400);
    expect(answer.error?.errors[0]).toMatchObject({ domain: "global", reason: "badRequest" });
  });
});

describe("sc-domain:large.example has days of", () => {
  test.each([
    ["2026-05-07", 0, false],
    ["2026-05-08", 1, false],
    ["2026-05-09", 24_999, false],
    ["2026-05-10", 25_000, false],
    ["2026-05-11", 25_001, false],
    ["2026-05-12", 50_000, false],
    ["2026-05-13", 50_000, true],
    ["2026-05-14", 0, false],
  ])("%s: %i rows, capped %s, no page and query twice", async (date, rows, capped) => {
    const sample = await sampleServer();
    const truth = await sample.truth(largeSite, date);
    expect(truth.capped).toBe(capped);
    expect(truth.rowCount).toBe(rows);
    expect(new Set(truth.rows?.map((row) => row.keys.join("\n"))).size).toBe(rows);
  });

  test("50,000 rows and no more, when there are more", async () => {
    const sample = await sampleServer();
    const last = await sample.query(
      largeSite,
      dayQuery("2026-05-13", { rowLimit: 25_000, startRow: 49_999 }),
    );
    expect(last.rows).toHaveLength(1);
    const past = await sample.query(largeSite, dayQuery("2026-05-13", { startRow: 50_000 }));
    expect(past).not.toHaveProperty("rows");
  });
});

describe("order", () => {
  test("is by clicks, descending, ties in no order of their keys, the same at every asking", async () => {
    const sample = await sampleServer();
    const { rows = [] } = await sample.truth(sampleSite, "2026-05-06");
    const clicks = rows.map((row) => row.clicks);
    expect(clicks).toEqual([...clicks].sort((a, b) => b - a));
    const ties = rows.filter((row) => row.clicks === 0).map((row) => row.keys.join("\n"));
    expect(ties.length).toBeGreaterThan(100);
    expect(ties).not.toEqual([...ties].sort());
    const again = await sample.query(sampleSite, dayQuery("2026-05-06", { rowLimit: 25_000 }));
    expect(again.rows).toEqual(rows);
  });

  test("is by date first, oldest first, when the date is a dimension", async () => {
    const sample = await sampleServer();
    const { rows = [] } = await sample.query(sampleSite, {
      startDate: "2026-05-04",
      endDate: "2026-05-08",
      dimensions: ["date", "device"],
    });
    const dates = rows.map((row) => row.keys[0] ?? "");
    expect(dates).toEqual([...dates].sort());
    expect(new Set(dates).size).toBe(5);
  });
});

describe("days", () => {
  test("without rows are omitted", async () => {
    const sample = await sampleServer();
    const { rows = [] } = await sample.query(largeSite, {
      startDate: "2026-05-06",
      endDate: "2026-05-08",
      dimensions: ["date"],
    });
    expect(rows.map((row) => row.keys)).toEqual([["2026-05-06"], ["2026-05-08"]]);
  });

  test("of a range are added up per key", async () => {
    const sample = await sampleServer();
    const range = { startDate: "2026-05-04", endDate: "2026-05-05", rowLimit: 25_000 };
    const both = await sample.query(sampleSite, { ...range, dimensions: ["page"] });
    const split = await sample.query(sampleSite, { ...range, dimensions: ["page", "date"] });
    const sums = new Map<string, number>();
    for (const { keys, impressions } of split.rows ?? []) {
      sums.set(keys[0] ?? "", (sums.get(keys[0] ?? "") ?? 0) + impressions);
    }
    expect(new Map(both.rows?.map((row) => [row.keys[0], row.impressions]))).toEqual(sums);
    expect((split.rows ?? []).length).toBeGreaterThan(sums.size);
  });

  test("end three days before the Pacific today, unless all data is asked for", async () => {
    const sample = await sampleServer();
    const range = { startDate: "2026-05-14", endDate: "2026-05-25", dimensions: ["date"] };
    const final = await sample.query(sampleSite, range);
    expect(final.rows?.at(-1)?.keys).toEqual(["2026-05-17"]);
    expect(final.metadata).toBeUndefined();
    const all = await sample.query(sampleSite, { ...range, dataState: "all" });
    expect(all.rows?.at(-1)?.keys).toEqual(["2026-05-20"]);
    expect(all.metadata).toEqual({ firstIncompleteDate: "2026-05-18" });
  });

  test("begin and end at Pacific midnight", async () => {
    const midnightMs = Date.parse("2026-05-21T07:00:00Z");
    const range = { startDate: "2026-05-01", endDate: "2026-05-25", dimensions: ["date"] };
    const before = await sampleServer({ nowMs: () => midnightMs - 1 });
    expect((await before.query(sampleSite, range)).rows?.at(-1)?.keys).toEqual(["2026-05-17"]);
    const after = await sampleServer({ nowMs: () => midnightMs });
    expect((await after.query(sampleSite, range)).rows?.at(-1)?.keys).toEqual(["2026-05-18"]);
  });

  test("that are incomplete have fewer impressions than they end up with", async () => {
    const incomplete = await sampleServer();
    const complete = await sampleServer({ nowMs: () => noonMs + 10 * 86_400_000 });
    const range = { startDate: "2026-05-19", endDate: "2026-05-19", dataState: "all" };
    const early = (await incomplete.query(sampleSite, range)).rows?.[0]?.impressions ?? 0;
    const late = (await complete.query(sampleSite, range)).rows?.[0]?.impressions ?? 0;
    expect(early).toBeGreaterThan(0);
    expect(early).toBeLessThan(late);
  });

  test("older than 16 months are gone", async () => {
    const sample = await sampleServer();
    const answer = await sample.query(sampleSite, dayQuery("2025-01-10"));
    expect(answer.status).toBe(200);
    expect(answer).not.toHaveProperty("rows");
  });
});

describe("rows", () => {
  test("hold what trips stores up: unicode, 2,000-character URLs, an empty query", async () => {
    const sample = await sampleServer();
    const { rows = [] } = await sample.truth(sampleSite, "2026-05-06");
    const pages = rows.map((row) => row.keys[0] ?? "");
    const queries = rows.map((row) => row.keys[1] ?? "?");
    expect(Math.max(...pages.map((page) => page.length))).toBe(2_000);
    expect(pages.some((page) => page.includes("größen"))).toBe(true);
    expect(queries).toContain("");
    expect(queries.some((query) => /[一-龯]/.test(query))).toBe(true);
    expect(queries.some((query) => query.includes("🏔️"))).toBe(true);
  });

  test("add up to less by query than in all: anonymised queries are left out", async () => {
    const sample = await sampleServer();
    const { rows = [] } = await sample.truth(sampleSite, "2026-05-06");
    const total = await sample.query(sampleSite, dayQuery("2026-05-06", { dimensions: [] }));
    const byQuery = rows.reduce((sum, row) => sum + row.impressions, 0);
    expect(total.rows).toHaveLength(1);
    expect(total.rows?.[0]?.impressions).toBeGreaterThan(byQuery);
    expect(total.responseAggregationType).toBe("byProperty");
  });

  test("number 500 to 2,000 a day for the demo's property, with an empty day now and then", async () => {
    const sample = await sampleServer();
    const counts: number[] = [];
    for (let day = 1; day <= 31; day += 1) {
      const date = `2026-03-${String(day).padStart(2, "0")}`;
      counts.push((await sample.truth(sampleSite, date)).rowCount ?? 0);
    }
    expect(Math.max(...counts)).toBeLessThanOrEqual(2_000);
    expect(counts.filter((count) => count >= 500).length).toBeGreaterThan(25);
  });
});

describe("who may ask", () => {
  test("a property that is not there is 404", async () => {
    const sample = await sampleServer();
    const answer = await sample.query("sc-domain:nowhere.example", dayQuery("2026-05-06"));
    expect(answer.status).toBe(404);
    expect(answer.error?.errors[0]).toMatchObject({ domain: "global", reason: "notFound" });
  });

  test("a property whose owner says no is 403 forbidden", async () => {
    const sample = await sampleServer();
    const answer = await sample.query("sc-domain:forbidden.example", dayQuery("2026-05-06"));
    expect(answer.status).toBe(403);
    expect(answer.error?.errors[0]).toMatchObject({ domain: "global", reason: "forbidden" });
  });
});

describe("the seed", () => {
  test("decides every row: two servers agree, another seed differs", async () => {
    const [one, same, other] = await Promise.all([
      sampleServer({ seed: 7 }),
      sampleServer({ seed: 7, latencyMs: 1 }),
      sampleServer({ seed: 8 }),
    ]);
    const rows = (await one.truth(sampleSite, "2026-05-06")).rows;
    expect((await same.truth(sampleSite, "2026-05-06")).rows).toEqual(rows);
    expect((await other.truth(sampleSite, "2026-05-06")).rows).not.toEqual(rows);
  });

  test("gives a final day the same rows whenever it is asked for", async () => {
    const now = await sampleServer();
    const later = await sampleServer({ nowMs: () => noonMs + 100 * 86_400_000 });
    const rows = (await now.truth(sampleSite, "2026-05-06")).rows;
    expect((await later.truth(sampleSite, "2026-05-06")).rows).toEqual(rows);
  });
});
