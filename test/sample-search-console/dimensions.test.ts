import { describe, expect, test } from "vitest";
import { dayQuery, filterBy, noonMs, sampleServer, sampleSite } from "./sample-client.ts";

const date = "2026-05-06";
const all = { rowLimit: 25_000 };

function sum(rows: readonly { readonly impressions: number }[] = []): number {
  return rows.reduce((total, row) => total + row.impressions, 0);
}

describe("every search type and dimension is answered", () => {
  const dimensions = ["page", "query", "country", "device", "searchAppearance"];
  const lacks: Readonly<Record<string, readonly string[]>> = {
    discover: ["query", "device"],
    googleNews: ["query"],
  };
  const types = ["web", "image", "video", "news", "discover", "googleNews"];

  test.each(types)("%s", async (type) => {
    const sample = await sampleServer();
    for (const dimension of dimensions) {
      const more = { type, dimensions: [dimension] };
      const answer = await sample.query("https://shop.example/de/", dayQuery(date, more));
      const lacking = lacks[type]?.includes(dimension) ?? false;
      expect([dimension, answer.status]).toEqual([dimension, lacking ? 400 : 200]);
      if (!lacking) expect(answer.rows?.length).toBeGreaterThan(0);
    }
  });
});

describe("filters", () => {
  test.each<[string, string, string, (query: string) => boolean]>([
    ["query", "contains", "BERLIN", (query) => query.includes("berlin")],
    ["query", "notContains", "berlin", (query) => !query.includes("berlin")],
    ["query", "includingRegex", "^(best|cheap) ", (query) => /^(best|cheap) /.test(query)],
    ["query", "includingRegex", "(?i)^BEST ", (query) => /^best /.test(query)],
    ["query", "excludingRegex", "^best ", (query) => !/^best /.test(query)],
  ])("by %s %s %s", async (dimension, operator, expression, passes) => {
    const sample = await sampleServer();
    const filter = filterBy(dimension, expression, operator);
    const filtered = await sample.query(sampleSite, dayQuery(date, { ...all, ...filter }));
    const { rows = [] } = await sample.truth(sampleSite, date);
    const expected = rows.filter((row) => passes(row.keys[1] ?? ""));
    expect(expected.length).toBeGreaterThan(0);
    expect(expected.length).toBeLessThan(rows.length);
    expect(JSON.stringify(filtered.rows)).toBe(JSON.stringify(expected));
  });

  test("by what is not grouped by split the whole", async () => {
    const sample = await sampleServer();
    const of = async (operator: string) =>
      (
        await sample.query(
          sampleSite,
          dayQuery(date, { ...all, ...filterBy("device", "MOBILE", operator) }),
        )
      ).rows ?? [];
    const { rows = [] } = await sample.truth(sampleSite, date);
    expect((await of("equals")).length + (await of("notEquals")).length).toBe(rows.length);
  });
});

describe("search appearances", () => {
  test("overlap: each has its rows, and some rows have several or none", async () => {
    const sample = await sampleServer();
    const listed = await sample.query(sampleSite, {
      ...dayQuery(date, all),
      dimensions: ["searchAppearance"],
    });
    const names = (listed.rows ?? []).map((row) => row.keys[0] ?? "");
    expect(names.length).toBeGreaterThan(1);
    const rows = await Promise.all(
      names.map(async (name) => {
        const filter = filterBy("searchAppearance", name);
        return (await sample.query(sampleSite, dayQuery(date, { ...all, ...filter }))).rows ?? [];
      }),
    );
    const keys = rows.flat().map((row) => row.keys.join("\n"));
    expect(new Set(keys).size).toBeLessThan(keys.length);
    expect(new Set(keys).size).toBeLessThan((await sample.truth(sampleSite, date)).rowCount ?? 0);
  });

  test("asked in two steps are what the truth says of both dimensions together", async () => {
    const sample = await sampleServer();
    const dimensions = "searchAppearance,page";
    const { rows: truth = [] } = await sample.truth(sampleSite, date, { dimensions });
    const videos = truth.filter((row) => row.keys[0] === "VIDEO");
    const filter = filterBy("searchAppearance", "VIDEO");
    const asked = await sample.query(sampleSite, {
      ...dayQuery(date, { ...all, ...filter }),
      dimensions: ["page"],
    });
    expect(videos.length).toBeGreaterThan(10);
    expect(
      new Set(asked.rows?.map((row) => JSON.stringify({ ...row, keys: ["VIDEO", ...row.keys] }))),
    ).toEqual(new Set(videos.map((row) => JSON.stringify(row))));
  });
});

describe("detail does not add up to totals", () => {
  test("by query less than by page, by property less than by page", async () => {
    const sample = await sampleServer();
    const of = async (more: object) =>
      sum((await sample.query(sampleSite, { ...dayQuery(date, all), ...more })).rows);
    const byPageQuery = await of({});
    const totalByPage = await of({ dimensions: [], aggregationType: "byPage" });
    const totalByProperty = await of({ dimensions: [], aggregationType: "byProperty" });
    expect(byPageQuery).toBeLessThan(totalByProperty);
    expect(totalByProperty).toBeLessThan(totalByPage);
  });

  test.each([
    [{ dimensions: ["query"] }, "byProperty"],
    [{ dimensions: ["page"] }, "byPage"],
    [{ dimensions: ["query"], ...filterBy("page", "/", "contains") }, "byPage"],
    [{ dimensions: [], type: "discover" }, "byPage"],
  ])("auto says for %j that it is %s", async (more, aggregation) => {
    const sample = await sampleServer();
    const answer = await sample.query(sampleSite, { ...dayQuery(date), ...more });
    expect(answer.responseAggregationType).toBe(aggregation);
  });
});

describe("hours", () => {
  const hourly = { dimensions: ["hour"], dataState: "hourly_all", rowLimit: 25_000 };

  test("carry the Pacific offset and are all of the day", async () => {
    const sample = await sampleServer();
    const { rows = [] } = await sample.query(sampleSite, { ...dayQuery("2026-05-15"), ...hourly });
    const hours = rows.map((row) => row.keys[0] ?? "").sort();
    expect(hours).toHaveLength(24);
    expect(hours[0]).toBe("2026-05-15T00:00:00-07:00");
    expect(hours[23]).toBe("2026-05-15T23:00:00-07:00");
  });

  test.each([
    ["2026-03-08", 23, "2026-03-08T03:00:00-07:00"],
    ["2026-11-01", 25, "2026-11-01T01:00:00-08:00"],
  ])("of %s, when the clock is changed, are %i", async (day, count, hour) => {
    const atMs = Date.parse(`${day}T20:00:00Z`) + 5 * 86_400_000;
    const sample = await sampleServer({ nowMs: () => atMs });
    const { rows = [] } = await sample.query(sampleSite, { ...dayQuery(day), ...hourly });
    expect(rows.map((row) => row.keys[0])).toContain(hour);
    expect(rows.length).toBe(count);
  });

  test("of today end where the data ends, and say so", async () => {
    const sample = await sampleServer();
    const answer = await sample.query(sampleSite, { ...dayQuery("2026-05-20"), ...hourly });
    expect(answer.metadata).toEqual({ firstIncompleteHour: "2026-05-20T09:00:00-07:00" });
    const hours = (answer.rows ?? []).map((row) => row.keys[0] ?? "").sort();
    expect(hours.at(-1)).toBe("2026-05-20T09:00:00-07:00");
  });

  test("are kept for ten days", async () => {
    const sample = await sampleServer();
    const answer = await sample.query(sampleSite, { ...dayQuery("2026-05-09"), ...hourly });
    expect([answer.status, answer.rows]).toEqual([200, undefined]);
  });
});

describe("a recent day is revised", () => {
  test("several times as the clock goes on, until it is final", async () => {
    const sample = await sampleServer();
    const ask = async () =>
      sum(
        (await sample.query(sampleSite, dayQuery("2026-05-19", { ...all, dataState: "all" }))).rows,
      );
    const seen = [await ask()];
    for (let step = 0; step < 12; step += 1) {
      expect(await sample.control("clock", { forwardHours: 6 })).toBe(200);
      seen.push(await ask());
    }
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(new Set(seen).size).toBeGreaterThan(6);
    expect(seen.slice(-4)).toEqual(Array(4).fill(seen.at(-1)));
    const later = await sampleServer({ nowMs: () => noonMs + 30 * 86_400_000 });
    expect(sum((await later.truth(sampleSite, "2026-05-19")).rows)).toBe(seen.at(-1));
  });

  test("alike at every asking of the same instant", async () => {
    const sample = await sampleServer();
    const other = await sampleServer();
    const query = dayQuery("2026-05-19", { ...all, dataState: "all" });
    expect((await other.query(sampleSite, query)).rows).toEqual(
      (await sample.query(sampleSite, query)).rows,
    );
  });
});
